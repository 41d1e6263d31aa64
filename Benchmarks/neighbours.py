"""How soon the neighbour tables of Linux clients follow an address that another node has taken over."""

import re
import subprocess
import time

from cluster import VIP, VIP6, run, wait_for

STATES = ("stale", "delay", "probe")


class Watch:
    """What the kernels of two clients hold of an address, and who announces it on the segment."""

    def __init__(self, lab, address):
        self.lab, self.address = lab, address
        self.monitors, self.paths = [], []
        self.capture = f"{lab.directory}/takeover.{time.time_ns()}.pcap"
        self.machines = (lab.client, lab.client.replace("-client", "-router"))

    def __enter__(self):
        for machine in self.machines:
            path = f"{self.capture}.{machine}"
            self.paths.append(path)
            with open(path, "w") as file:
                self.monitors.append(subprocess.Popen(
                    ["ip", "netns", "exec", machine, "ip", "-ts", "monitor", "neigh"], stdout=file,
                    env={"TZ": "UTC", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}))
        self.tcpdump = subprocess.Popen(
            ["ip", "netns", "exec", self.lab.segment, "tcpdump", "-i", "any", "-Q", "in", "-n",
             "-U", "--immediate-mode", "-Z", "root", "-w", self.capture, "arp or icmp6"],
            stderr=subprocess.PIPE, text=True)
        self.tcpdump.stderr.readline()
        return self

    def __exit__(self, *_):
        for process in (*self.monitors, self.tcpdump):
            process.terminate()
            process.wait()
        self.tcpdump.stderr.close()

    def set(self, mac, states):
        for machine, state in zip(self.machines, states):
            run("ip", "-n", machine, "neigh", "replace", self.address, "lladdr", mac, "dev", "eth0",
                "nud", state)

    def follow(self, mac):
        """Waits until both entries lead to `mac`."""
        def there():
            return all(mac in run("ip", "-n", machine, "neigh", "show", self.address)
                       for machine in self.machines)
        wait_for("the neighbour tables follow", there, 10, 0.02)
        time.sleep(0.3)

    def delays(self, mac):
        """The time from the first frame by which the node announced the address to each change."""
        text = run("tcpdump", "-r", self.capture, "-n", "-e", "-tt", check=False)
        announced = re.compile(
            rf"([\d.]+) .* {mac} .*(who-has {re.escape(self.address)} .*tell {re.escape(self.address)}"
            rf"|Reply {re.escape(self.address)} is-at|neighbor advertisement, tgt is {self.address})")
        first = next((float(found.group(1)) for line in text.splitlines()
                      if (found := announced.match(line))), None)
        if first is None:
            raise RuntimeError(f"{mac} announced {self.address} in no frame of\n{text}")
        delays = []
        for path in self.paths:
            with open(path) as file:
                changes = [line for line in file
                           if f" {self.address} " in line and mac in line]
            # [2026-01-05T08:00:00.123456] 192.0.2.150 dev eth0 lladdr ...
            stamp, _, fraction = changes[0][1:changes[0].index("]")].partition(".")
            seconds = time.mktime(time.strptime(stamp, "%Y-%m-%dT%H:%M:%S")) - time.timezone
            delays.append(seconds + float(f"0.{fraction}") - first)
        return delays


def measure(contender, runs):
    """The delays by family and state of the entry, over crashes of the owner."""
    results = {}
    lab = contender.lab
    for number in range(runs):
        for family, address in (("IPv4", VIP), ("IPv6", VIP6)):
            contender.address = address
            owner = lab.node(contender.settled())
            states = STATES[number % 3], STATES[(number + 1) % 3]
            with Watch(lab, address) as watch:
                watch.set(owner.mac, states)
                contender.crash(owner)
                heir = lab.node(contender.settled())
                watch.follow(heir.mac)
            for state, delay in zip(states, watch.delays(heir.mac)):
                results.setdefault((family, state), []).append(delay)
                print(f"neighbours, {family}, {state}, run {number + 1}: {delay * 1000:.2f} ms",
                      flush=True)
            owner.join()
            owner.saved = []
            contender.start(owner)
            contender.settled()
    contender.address = VIP
    return results
