"""Two network namespaces, the speaker's and the sink's, with a veth pair between them."""

import os
import subprocess

SPEAKER = "192.0.2.1"
SINK = "192.0.2.2"


def run(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


class Network:
    """Made on entry and removed on exit, also after a failure. The names carry our pid."""

    def __init__(self):
        tag = f"bmb{os.getpid() % 1000000}"
        self.speaker, self.sink = f"{tag}s", f"{tag}k"

    def __enter__(self):
        try:
            for name in (self.speaker, self.sink):
                run("ip", "netns", "add", name)
                run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", self.speaker, "link", "add", "link0", "type", "veth",
                "peer", "name", "link0", "netns", self.sink)
            for name, address in ((self.speaker, SPEAKER), (self.sink, SINK)):
                run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "link0")
                run("ip", "-n", name, "link", "set", "link0", "up")
        except subprocess.CalledProcessError as error:
            self.__exit__()
            raise SystemExit(f"{' '.join(error.cmd)}: {error.stderr.strip()}") from None
        return self

    def __exit__(self, *_):
        for name in (self.speaker, self.sink):
            subprocess.run(["ip", "netns", "delete", name], capture_output=True)

    def octets_received(self, namespace):
        """How many octets of frames have come in."""
        path = "/sys/class/net/link0/statistics/rx_bytes"
        done = subprocess.run(self.inside(namespace, ["cat", path]), capture_output=True, text=True)
        return int(done.stdout)

    @staticmethod
    def inside(namespace, command):
        return ["ip", "netns", "exec", namespace, *command]
