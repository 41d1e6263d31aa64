"""A neighbour sends a whole table to Bellman, which wants none of it: what that does to its memory."""

import os
import subprocess
import tempfile
import time

import processes
from network import SINK, SPEAKER, Network
from origination import Failure
from speakers import SINK_AS, SPEAKER_AS, addresses


def measure(program, count, nice):
    """Returns a dictionary of figures, or raises Failure."""
    with tempfile.TemporaryDirectory(prefix="bellman-bench-") as directory, Network() as network:
        with open(f"{directory}/bird.conf", "w") as file:
            file.write(f"router id {SINK};\nprotocol device {{}}\nprotocol static full_table {{\n  ipv4;\n")
            file.writelines(f"  route {address}/32 blackhole;\n" for address in addresses(count))
            # Disabled at first, so that Bellman is at rest before the session begins.
            file.write(f"}}\nprotocol bgp speaker {{\n  disabled;\n  local {SINK} as {SINK_AS};\n"
                       f"  neighbor {SPEAKER} as {SPEAKER_AS};\n"
                       "  ipv4 { import all; export all; next hop self; };\n}\n")
        bird = network.inside(network.sink, [
            "/usr/sbin/bird", "-f", "-c", f"{directory}/bird.conf", "-s", f"{directory}/bird.ctl"])
        birdc = ["birdc", "-s", f"{directory}/bird.ctl"]
        bellman = ["nice", "-n", str(nice), *network.inside(network.speaker, [
            program, "announce", "--local-as", str(SPEAKER_AS), "--peer", SINK,
            "--peer-as", str(SINK_AS), "--source", SPEAKER, "203.0.113.0/24"])]
        with open(f"{directory}/log", "w") as log, \
             subprocess.Popen(bird, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as sender, \
             subprocess.Popen(bellman, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as taker:
            try:
                until(lambda: routes(birdc, "full_table") == count, "BIRD has loaded its table", 120)
                pids = processes.tree(taker.pid)
                time.sleep(1)
                before, cpu = processes.resident_megabytes(pids), processes.cpu_seconds(pids)
                subprocess.run([*birdc, "enable", "speaker"], check=True, capture_output=True)
                # Each route takes five octets and more; BIRD counts them before it sends them.
                until(lambda: network.octets_received(network.speaker) > 5 * count,
                      "BIRD has sent it", 120)
                settle(pids)
                return {"before_mb": before, "after_mb": processes.resident_megabytes(pids),
                        "growth_mb": processes.peak_megabytes(pids) - before,
                        "cpu": processes.cpu_seconds(pids) - cpu}
            except subprocess.CalledProcessError as error:
                raise Failure(f"{' '.join(error.cmd)}: {error.stderr!r}") from None
            finally:
                processes.end(taker)
                processes.end(sender)


def routes(birdc, protocol):
    """How many routes BIRD has of a protocol."""
    done = subprocess.run([*birdc, "show", "route", "protocol", protocol, "count"],
                          capture_output=True, text=True)
    words = done.stdout.split()
    return int(words[words.index("of") - 1]) if "of" in words else -1


def until(condition, what, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise Failure(f"not within {seconds} s: {what}")


def settle(pids):
    used, since = -1.0, time.monotonic()
    while time.monotonic() - since < 1.5:
        now = processes.cpu_seconds(pids)
        if now - used > 0.002:
            used, since = now, time.monotonic()
        time.sleep(0.2)


if __name__ == "__main__":
    import sys
    print(measure(os.path.abspath(sys.argv[1]), int(sys.argv[2]), 0))
