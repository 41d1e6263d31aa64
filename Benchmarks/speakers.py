"""How each BGP speaker is configured to announce the same host routes to the same neighbour.

All of them load their routes before the session begins. Bellman dials the sink; the others are
passive and are dialled by it.
"""

import os
import struct
import subprocess
import time

from network import SINK, SPEAKER

FIRST = "10.0.0.0"
SPEAKER_AS = 65001
SINK_AS = 65002


def addresses(count):
    for index in range(count):
        number = (10 << 24) + index
        yield f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Speaker:
    """One kind of speaker: `command` starts it in a directory, `load` hands it its routes."""

    name = ""
    dials = False
    version_command = ()

    def command(self, directory, count):
        raise NotImplementedError

    def load(self, directory, count, network):
        pass

    def version(self):
        done = subprocess.run(self.version_command, capture_output=True, text=True)
        return (done.stdout + done.stderr).strip().splitlines()[0]


class Bellman(Speaker):
    name = "Bellman"
    dials = True

    def __init__(self, program):
        self.program = program
        self.version_command = (program, "--version")

    def command(self, directory, count):
        with open(f"{directory}/prefixes", "w") as file:
            file.writelines(f"{address}/32\n" for address in addresses(count))
        return [self.program, "announce", "--local-as", str(SPEAKER_AS), "--peer", SINK,
                "--peer-as", str(SINK_AS), "--source", SPEAKER,
                "--prefixes-file", f"{directory}/prefixes"]

    def version(self):
        return f"Bellman {super().version()}"


class Bird(Speaker):
    name = "BIRD"
    version_command = ("/usr/sbin/bird", "--version")

    def command(self, directory, count):
        with open(f"{directory}/bird.conf", "w") as file:
            file.write(f"log stderr {{ warning, error, fatal }};\nrouter id {SPEAKER};\n"
                       "protocol device {}\nprotocol static {\n  ipv4;\n")
            file.writelines(f"  route {address}/32 blackhole;\n" for address in addresses(count))
            file.write(f"}}\nprotocol bgp sink {{\n  local {SPEAKER} as {SPEAKER_AS};\n"
                       f"  neighbor {SINK} as {SINK_AS};\n  passive;\n"
                       "  ipv4 { import none; export all; next hop self; };\n}\n")
        return ["/usr/sbin/bird", "-f", "-c", f"{directory}/bird.conf",
                "-s", f"{directory}/bird.ctl"]


class FRR(Speaker):
    name = "FRR"
    version_command = ("/usr/lib/frr/bgpd", "--version")

    def command(self, directory, count):
        os.chmod(directory, 0o777)
        with open(f"{directory}/bgpd.conf", "w") as file:
            file.write(f"router bgp {SPEAKER_AS}\n bgp router-id {SPEAKER}\n"
                       " no bgp ebgp-requires-policy\n no bgp network import-check\n"
                       f" neighbor {SINK} remote-as {SINK_AS}\n neighbor {SINK} passive\n"
                       " address-family ipv4 unicast\n")
            file.writelines(f"  network {address}/32\n" for address in addresses(count))
        return ["/usr/lib/frr/bgpd", "--no_zebra", "--skip_runas", "--listenon", SPEAKER,
                "--config_file", f"{directory}/bgpd.conf", "--pid_file", f"{directory}/bgpd.pid",
                "--vty_socket", directory, "--vty_port", "0"]


class OpenBGPD(Speaker):
    name = "OpenBGPD"
    version_command = ("/usr/sbin/bgpd", "-V")

    def command(self, directory, count):
        os.makedirs("/run/openbgpd", exist_ok=True)
        with open(f"{directory}/bgpd.conf", "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(f'AS {SPEAKER_AS}\nrouter-id {SPEAKER}\nfib-update no\n'
                       f'listen on {SPEAKER}\nsocket "{directory}/bgpd.sock"\n'
                       f"neighbor {SINK} {{\n  remote-as {SINK_AS}\n  passive\n"
                       "  announce IPv4 unicast\n}\nallow to any\n")
        return ["/usr/sbin/bgpd", "-d", "-f", f"{directory}/bgpd.conf"]

    def load(self, directory, count, network):
        # Network statements in the configuration load in quadratic time.
        lines = "".join(f"{address}/32\n" for address in addresses(count))
        control = network.inside(network.speaker, ["bgpctl", "-s", f"{directory}/bgpd.sock"])
        patiently(lambda: subprocess.run([*control, "show"], capture_output=True))
        subprocess.run([*control, "network", "bulk", "add"], input=lines, text=True, check=True,
                       capture_output=True)


class GoBGP(Speaker):
    name = "GoBGP"
    version_command = ("gobgpd", "--version")
    # The injecting client of 3.10 loses the end of what it sends, so the end is only repetition.
    padding = 20000

    def command(self, directory, count):
        with open(f"{directory}/gobgpd.toml", "w") as file:
            file.write(f'[global.config]\nas = {SPEAKER_AS}\nrouter-id = "{SPEAKER}"\n'
                       f'local-address-list = ["{SPEAKER}"]\n[[neighbors]]\n[neighbors.config]\n'
                       f'neighbor-address = "{SINK}"\npeer-as = {SINK_AS}\n'
                       "[neighbors.transport.config]\npassive-mode = true\n"
                       "[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\n"
                       'afi-safi-name = "ipv4-unicast"\n')
        self.write_dump(f"{directory}/routes.mrt", count)
        return ["gobgpd", "--config-file", f"{directory}/gobgpd.toml", "--disable-stdlog",
                "--api-hosts", "127.0.0.1:50051"]

    def load(self, directory, count, network):
        control = network.inside(network.speaker, ["gobgp"])
        patiently(lambda: subprocess.run([*control, "global"], capture_output=True))
        subprocess.run([*control, "mrt", "inject", "global", f"{directory}/routes.mrt",
                        "--no-ipv6"], check=True, capture_output=True)

    def write_dump(self, path, count):
        """A table dump (RFC 6396 §4.3) of routes without next hop of their own."""
        speaker = bytes(int(part) for part in SPEAKER.split("."))
        attributes = b"\x40\x01\x01\x00" b"\x40\x02\x00" b"\x40\x03\x04" + speaker
        with open(path, "wb") as file:
            def record(subtype, body):
                file.write(struct.pack(">IHHI", 0, 13, subtype, len(body)) + body)

            record(1, speaker + struct.pack(">HHB", 0, 1, 2) + speaker + speaker
                   + struct.pack(">I", SPEAKER_AS))
            entry = struct.pack(">HHIH", 1, 0, 0, len(attributes)) + attributes
            for number in range(count + self.padding):
                address = (10 << 24) + min(number, count - 1)
                record(2, struct.pack(">IBI", number, 32, address) + entry)


def patiently(attempt, seconds=10):
    """Repeats a command until the daemon that it asks answers."""
    deadline = time.monotonic() + seconds
    while attempt().returncode != 0 and time.monotonic() < deadline:
        time.sleep(0.1)
