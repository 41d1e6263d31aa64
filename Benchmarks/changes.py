"""One service of ten thousand changes: how long until the neighbour has the UPDATE.

The speaker runs on manifests, as in a cluster. The event is the rename of a finished file into its
directory; the end is the sink's reading of the UPDATE. So the time has everything in it: noticing
the file, decoding it, deciding anew, and the session.
"""

import json
import os
import random
import subprocess
import tempfile
import time

import origination
import processes
from network import SINK, SPEAKER, Network
from speakers import FIRST, SINK_AS, SPEAKER_AS, addresses

SERVICES = 10_000
PER_FILE = 500
NODE = "node-1"


def service(number, address):
    ingress = [{"ip": address}] if address else []
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"namespace": "bench", "name": f"service-{number}"},
            "spec": {"type": "LoadBalancer", "externalTrafficPolicy": "Cluster",
                     "clusterIP": "198.51.100.1", "ports": [{"name": "http", "port": 80}]},
            "status": {"loadBalancer": {"ingress": ingress}}}


def slice_of(number):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {"namespace": "bench", "name": f"service-{number}-a",
                         "labels": {"kubernetes.io/service-name": f"service-{number}"}},
            "endpoints": [{"addresses": ["198.51.100.130"], "nodeName": NODE,
                           "conditions": {"ready": True}}],
            "ports": [{"name": "http", "port": 8080}]}


def configuration():
    def metallb(kind, name, version="v1beta1", **spec):
        return {"apiVersion": f"metallb.io/{version}", "kind": kind,
                "metadata": {"namespace": "metallb-system", "name": name}, "spec": spec}

    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE},
            "status": {"addresses": [{"type": "InternalIP", "address": SPEAKER}],
                       "conditions": [{"type": "Ready", "status": "True"}]}}
    return [node, metallb("IPAddressPool", "pool", addresses=[f"{FIRST}/8"]),
            metallb("BGPAdvertisement", "all", ipAddressPools=["pool"]),
            metallb("BGPPeer", "sink", "v1beta2", myASN=SPEAKER_AS, peerASN=SINK_AS,
                    peerAddress=SINK, sourceAddress=SPEAKER)]


def write_list(path, items):
    with open(path, "w") as file:
        json.dump({"apiVersion": "v1", "kind": "List", "items": items}, file)


def measure(program, rounds, nice):
    """Returns the seconds of each change: announcements and withdrawals in turn."""
    with tempfile.TemporaryDirectory(prefix="bellman-bench-") as directory, Network() as network:
        manifests = f"{directory}/manifests"
        os.mkdir(manifests)
        write_list(f"{manifests}/configuration.json", configuration())
        every = list(enumerate(addresses(SERVICES)))
        for begin in range(0, SERVICES - 1, PER_FILE):
            part = every[begin:min(begin + PER_FILE, SERVICES - 1)]
            items = [service(*pair) for pair in part] + [slice_of(number) for number, _ in part]
            write_list(f"{manifests}/services-{begin:05}.json", items)
        number, address = every[-1]
        write_list(f"{manifests}/slice-of-the-one.json", [slice_of(number)])
        write_list(f"{manifests}/the-one.json", [service(number, address)])
        command = [program, "speaker", "--manifests", manifests, "--node", NODE,
                   "--socket", f"{directory}/socket", "--insecure-peers"]
        with open(f"{directory}/log", "w+") as log:
            daemon = subprocess.Popen(
                ["nice", "-n", str(nice)] + network.inside(network.speaker, command),
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            try:
                origination.wait_until_quiet(daemon, log)
                return change_repeatedly(
                    f"{manifests}/the-one.json", service(number, address), directory, rounds,
                    nice, network)
            finally:
                processes.end(daemon)


def change_repeatedly(path, present, directory, rounds, nice, network):
    sink = ["nice", "-n", str(nice)] + network.inside(network.sink, [
        origination.SINK_PROGRAM, "--listen", SPEAKER, "--local", SINK, "--as", str(SINK_AS),
        "--first", FIRST, "--count", str(SERVICES), "--watch"])
    absent = json.loads(json.dumps(present))
    absent["status"]["loadBalancer"]["ingress"] = []
    times = []
    process = subprocess.Popen(sink, stdout=subprocess.PIPE, text=True)
    try:
        first = json.loads(process.stdout.readline() or "{}")
        if first.get("distinct") != SERVICES:
            raise origination.Failure(f"the table did not arrive: {first}")
        process.stdout.readline()  # End-of-RIB
        for number in range(rounds):
            time.sleep(random.uniform(0.02, 0.06))
            draft = f"{directory}/draft"
            write_list(draft, [absent if number % 2 == 0 else present])
            # A file is let rest for 40 ms lest a half-written one be read; this one is finished.
            written = time.time() - 60 + number / 1000
            os.utime(draft, (written, written))
            begin = time.monotonic_ns()
            os.rename(draft, path)
            seen = json.loads(process.stdout.readline() or "{}")
            if seen.get("withdrawn" if number % 2 == 0 else "announced") != 1:
                raise origination.Failure(f"change {number} brought {seen}")
            times.append((seen["time"] - begin) / 1e9)
    finally:
        process.kill()
        process.wait()
    return times
