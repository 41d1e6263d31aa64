#!/usr/bin/env python3
"""ARP answers of a speaker beside those of the kernel, in the same run. See README.md.

Two namespaces with a veth pair: in one a node that answers, in the other a client that asks. The
kernel answers for an address on the loopback interface of its node; Bellman for that of a Service; a
bare process for one that it was told, in a loop of recv and send.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import changes
import processes
import report
from network import SINK, SPEAKER, Network

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = f"{HERE}/results/arp"
FIRST = "203.0.113.1"
STORM = "198.18.0.0"  # RFC 2544: nobody has these.
SIZES = (1, 5000)


class Failure(Exception):
    pass


def compile_helper():
    os.makedirs(f"{HERE}/results", exist_ok=True)
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", PROGRAM, f"{HERE}/arp.c"], check=True)


def addresses(count):
    """FIRST, and then others of a pool of its own."""
    return [FIRST] + [f"10.77.{number >> 8}.{number & 255}" for number in range(count - 1)]


def manifests(directory, count):
    def metallb(kind, name, **spec):
        return {"apiVersion": "metallb.io/v1beta1", "kind": kind,
                "metadata": {"namespace": "metallb-system", "name": name}, "spec": spec}

    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": changes.NODE},
            "status": {"addresses": [{"type": "InternalIP", "address": SPEAKER}],
                       "conditions": [{"type": "Ready", "status": "True"}]}}
    items = [node, metallb("IPAddressPool", "pool", addresses=[f"{FIRST}/32", "10.77.0.0/16"]),
             metallb("L2Advertisement", "all", ipAddressPools=["pool"])]
    changes.write_list(f"{directory}/configuration.json", items)
    every = list(enumerate(addresses(count)))
    for begin in range(0, count, changes.PER_FILE):
        part = every[begin:begin + changes.PER_FILE]
        items = [changes.service(*pair) for pair in part]
        items += [changes.slice_of(number) for number, _ in part]
        changes.write_list(f"{directory}/services-{begin:05}.json", items)


class Client:
    def __init__(self, network, nice):
        self.network, self.nice = network, nice

    def ask(self, mode, target, *arguments):
        command = self.network.inside(self.network.sink, [
            PROGRAM, mode, "link0", SINK, target, *map(str, arguments)])
        done = subprocess.run(["nice", "-n", str(self.nice)] + command, capture_output=True,
                              text=True)
        if done.returncode != 0:
            raise Failure(done.stderr.strip())
        return json.loads(done.stdout)

    def wait_for(self, target, daemon=None):
        deadline = time.monotonic() + 60
        while self.ask("latency", target, 1, 0)["answered"] == 0:
            if daemon and daemon.poll() is not None:
                raise Failure("the speaker ended")
            if time.monotonic() > deadline:
                raise Failure(f"nobody answers for {target}")
        time.sleep(1)


def measured(client, samples, seconds, pid=None):
    """What one answerer does; `pid` is its process, None for the kernel."""
    result = {"closed": client.ask("latency", FIRST, samples, 0),
              "idle": client.ask("latency", FIRST, samples // 10, 1000)}
    before = processes.cpu_seconds([pid]) if pid else 0
    result["rate"] = client.ask("rate", FIRST, seconds, 512)
    if pid:
        result["cpu"] = processes.cpu_seconds([pid]) - before
    return result


def kernel(samples, seconds, nice):
    with Network() as network:
        subprocess.run(["ip", "-n", network.speaker, "address", "add", f"{FIRST}/32", "dev", "lo"],
                       check=True)
        client = Client(network, nice)
        client.wait_for(FIRST)
        return measured(client, samples, seconds)


def bare(samples, seconds, nice):
    with Network() as network:
        daemon = subprocess.Popen(
            ["nice", "-n", str(nice)] + network.inside(network.speaker, [
                PROGRAM, "answer", "link0", FIRST, FIRST, "0", "0"]), stdin=subprocess.DEVNULL)
        try:
            client = Client(network, nice)
            client.wait_for(FIRST)
            return measured(client, samples, seconds, daemon.pid)
        finally:
            processes.end(daemon)


def bellman(program, count, samples, seconds, nice):
    with tempfile.TemporaryDirectory(prefix="bellman-bench-") as directory, Network() as network:
        os.mkdir(f"{directory}/manifests")
        manifests(f"{directory}/manifests", count)
        command = [program, "speaker", "--manifests", f"{directory}/manifests", "--node",
                   changes.NODE, "--socket", f"{directory}/socket", "--insecure-peers"]
        with open(f"{directory}/log", "w+") as log:
            daemon = subprocess.Popen(
                ["nice", "-n", str(nice)] + network.inside(network.speaker, command),
                stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            try:
                client = Client(network, nice)
                client.wait_for(FIRST, daemon)
                # Until the first announcements and repeats are over.
                time.sleep(4 + count * 12 / 2000)
                # nice and ip have become the speaker itself: one process.
                result = measured(client, samples, seconds, daemon.pid)
                result["storm"] = storm(client, daemon.pid, seconds)
                return result
            finally:
                processes.end(daemon)


def storm(client, pid, seconds):
    before = processes.cpu_seconds([pid])
    outcome = client.ask("storm", STORM, seconds, 50_000)
    outcome["cpu"] = processes.cpu_seconds([pid]) - before
    still = client.ask("latency", FIRST, 100, 0)
    outcome["after"] = still["p50"]
    return outcome


def median(runs, *path):
    def value(run):
        for key in path:
            run = run[key]
        return run
    return statistics.median(value(run) for run in runs)


def table(results):
    """The rows of all answerers: medians of the runs."""
    rows = []
    for name, runs in results.items():
        per_second = statistics.median(
            run["rate"]["answered"] / run["rate"]["seconds"] for run in runs)
        lost = max(run["closed"]["lost"] + run["idle"]["lost"] for run in runs)
        core = "-"
        if "cpu" in runs[0]:
            core = f"{statistics.median(r['rate']['answered'] / r['cpu'] for r in runs):,.0f}"
        rows.append([name] + [f"{median(runs, part, key):.1f}"
                              for part in ("closed", "idle") for key in ("p50", "p99")]
                    + [str(lost), f"{per_second:,.0f}", core])
    return report.table(["answers by", "p50 µs", "p99 µs", "idle p50 µs", "idle p99 µs", "lost",
                         "answers/s", "answers per s of its CPU"], rows)


def storms(results):
    rows = []
    for name, runs in results.items():
        if "storm" in runs[0]:
            rows.append([
                name, f"{statistics.median(r['storm']['sent'] / r['storm']['seconds'] for r in runs):,.0f}",
                f"{max(r['storm']['answered'] for r in runs)}",
                f"{statistics.median(100 * r['storm']['cpu'] / r['storm']['seconds'] for r in runs):.2f} %"])
    return report.table(["of", "questions/s for others", "answered", "CPU of one core"], rows)


def measure(program, runs, nice, samples=20_000, seconds=3.0):
    """Turn by turn, so that what else happens on the machine falls on all of them."""
    compile_helper()
    results = {}
    for number in range(runs):
        turns = [("the kernel", lambda: kernel(samples, seconds, nice)),
                 ("a bare process", lambda: bare(samples, seconds, nice))]
        turns += [(f"Bellman, {size:,} address{'es' if size > 1 else ''}",
                   lambda size=size: bellman(program, size, samples, seconds, nice))
                  for size in SIZES]
        for name, turn in turns:
            outcome = turn()
            results.setdefault(name, []).append(outcome)
            print(f"ARP, {name}, run {number + 1}: p50 {outcome['closed']['p50']:.1f} µs, "
                  f"{outcome['rate']['answered'] / outcome['rate']['seconds']:,.0f} answers/s",
                  flush=True)
    return results


def text(results):
    return [table(results), "", storms(results)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", required=True, metavar="PROGRAM")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--nice", type=int, default=0)
    options = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("the benchmarks make network namespaces: run them as root")
    results = measure(os.path.abspath(options.bellman), options.runs, options.nice)
    print("\n" + "\n".join(text(results)))


if __name__ == "__main__":
    main()
