#!/usr/bin/env python3
"""How long a client of a layer-2 address goes without answers, beside keepalived. See README.md.

Five nodes, and a client with a new TCP connection every 5 ms. What happens to the owner of the
address, over and over: it crashes, it is told to stop, it is drained, it comes back, it is paused.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import time

import neighbours
import report
from cluster import VIP, Failure, Lab, run
from contenders import Bellman, Keepalived

HERE = os.path.dirname(os.path.abspath(__file__))
INTERVAL = 0.005
NODES = 5


class Client:
    """Two streams of requests, connections and datagrams; their clock is that of the captures."""

    def __init__(self, lab, nice):
        self.lab, self.nice = lab, nice
        self.path = f"{lab.directory}/client.{time.time_ns()}"
        self.processes = []

    def __enter__(self):
        for kind in ("tcp", "udp"):
            with open(f"{self.path}.{kind}", "w") as file:
                self.processes.append(subprocess.Popen(
                    ["nice", "-n", str(self.nice), "ip", "netns", "exec", self.lab.client,
                     self.lab.program, "lab-client", "--address", VIP, "--transport", kind,
                     "--interval", f"{INTERVAL * 1000:.0f}ms"],
                    stdout=file, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL))
        time.sleep(0.7)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()

    def seen(self, start, end):
        """What it saw of connections from one time to another, and how many datagrams were lost."""
        seen = self.stream("tcp", start, end)
        datagrams = self.stream("udp", start, end)
        return seen | {"lost": datagrams["failed"], "datagram_gap": datagrams["gap"]}

    def stream(self, kind, start, end):
        """The longest time without an answer, and the rest."""
        with open(f"{self.path}.{kind}") as file:
            lines = [line.split() for line in file.read().splitlines()]
        lines = [line for line in lines if len(line) >= 3]
        ends, failed, sources, stall = [], [], [], 0.0
        for line in lines:
            began, ended = float(line[0]), float(line[1])
            if line[2] == "stalled":
                if start <= began <= end:
                    stall = max(stall, ended - began)
                continue
            if line[2] == "answered" and start <= ended <= end:
                ends.append(ended)
                sources.append(self.lab.by_source(line[4]))
            elif line[2] != "answered" and start <= began <= end:
                failed.append((round(began - start, 4), line[2]))
        points = [start, *sorted(ends), end]
        return {"gap": max(b - a for a, b in zip(points, points[1:])), "failed": failed,
                "answered": len(ends), "by": sorted(set(sources)), "stall": stall}


class Cycle:
    """One event after the other under one stream of requests, with the owner noted in between."""

    def __init__(self, contender, nice):
        self.contender, self.lab, self.nice = contender, contender.lab, nice
        # What a client sees for so long after an event belongs to it.
        self.after = contender.patience

    def prepare(self):
        owner = self.lab.node(self.contender.settled())
        # With the pods elsewhere it is the way to the service that breaks, not the service.
        self.lab.serve([node for node in self.lab.nodes if node is not owner])
        time.sleep(1.0)
        return owner

    def measured(self, client, before, at):
        time.sleep(max(0.0, at + self.after + 1.0 - time.time()))
        seen = client.seen(at - 0.02, at + self.after)
        after = self.contender.settled()
        return seen | {"moves": int(after != before), "owner": before, "after": after}

    def crash(self):
        owner = self.prepare()
        with Client(self.lab, self.nice) as client:
            at = self.contender.crash(owner)
            left = self.measured(client, owner.name, at)
            return {"crash": left, "return": self.back(client, owner, left["after"])}

    def back(self, client, node, owner):
        at = time.time()
        if node.saved:
            node.join()
            node.saved = []
        self.contender.start(node)
        return self.returned(client, owner, at)

    def returned(self, client, owner, at):
        time.sleep(max(0.0, at + self.after + 3.0 - time.time()))
        seen = client.seen(at, at + self.after + 2.0)
        after = self.contender.settled()
        return seen | {"moves": int(after != owner), "owner": owner, "after": after}

    def terminate(self):
        owner = self.prepare()
        with Client(self.lab, self.nice) as client:
            at = self.contender.terminate(owner)
            self.contender.reap(owner)
            left = self.measured(client, owner.name, at)
            return {"SIGTERM": left, "return": self.back(client, owner, left["after"])}

    def drain(self):
        owner = self.prepare()
        with Client(self.lab, self.nice) as client:
            at = self.contender.drain(owner)
            left = self.measured(client, owner.name, at)
            at = time.time()
            self.contender.drain(owner, undo=True)
            return {"drain": left, "undo": self.returned(client, left["after"], at)}

    def pause(self, seconds):
        owner = self.prepare()
        capture = Capture(self.lab)
        try:
            with Client(self.lab, self.nice) as client:
                at = time.time()
                self.contender.signal(owner, signal.SIGSTOP)
                time.sleep(seconds)
                self.contender.signal(owner, signal.SIGCONT)
                woken = time.time()
                time.sleep(self.after)
                seen = client.seen(at - 0.02, woken + self.after - 1.0)
        finally:
            answers = capture.stop()
        after = self.contender.settled()
        return {"pause": seen | overlap(answers, at, self.lab) | {
            "moves": int(after != owner.name), "owner": owner.name, "after": after,
            "paused": seconds}}


class Capture:
    """Everything about the address that enters the switch, while somebody asks for it all the time."""

    def __init__(self, lab):
        self.lab = lab
        self.path = f"{lab.directory}/segment.{time.time_ns()}.pcap"
        self.tcpdump = subprocess.Popen(
            ["ip", "netns", "exec", lab.segment, "tcpdump", "-i", "any", "-Q", "in", "-n", "-U",
             "--immediate-mode", "-Z", "root", "-w", self.path, "arp"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.tcpdump.stderr.readline()
        self.asker = subprocess.Popen(
            ["ip", "netns", "exec", lab.client, f"{HERE}/ask.py", "eth0", "192.0.2.10", VIP, "0.01"],
            stdin=subprocess.DEVNULL)

    def stop(self):
        """The times of answers and announcements, with the MAC address that each names."""
        for process in (self.asker, self.tcpdump):
            process.terminate()
            process.wait()
        self.tcpdump.stderr.close()
        text = run("tcpdump", "-r", self.path, "-n", "-e", "-tt", check=False)
        found = []
        for line in text.splitlines():
            answer = re.match(rf"([\d.]+) .*Reply {re.escape(VIP)} is-at ([0-9a-f:]+)", line)
            if not answer:
                answer = re.match(
                    rf"([\d.]+) .* In +ifindex \d+ ([0-9a-f:]+) .*"
                    rf"who-has {re.escape(VIP)} .*tell {re.escape(VIP)}", line)
            if answer:
                found.append((float(answer.group(1)), answer.group(2)))
        return sorted(found)


def overlap(answers, start, lab):
    """Who spoke for the address in turn. A move is one change, and a move and its way back are two;
    with three somebody spoke after another had taken over."""
    names = {node.mac: node.name for node in lab.nodes}
    changes, gap, last, current = [], 0.0, start, None
    for at, mac in answers:
        if at >= start:
            gap, last = max(gap, at - last), at
            if current not in (None, mac):
                changes.append(at)
        current = mac
    double = len(changes) >= 3
    return {"changes": len(changes), "overlap": changes[-1] - changes[0] if double else 0.0,
            "arp_gap": gap, "answers": len(answers),
            "answerers": sorted({names.get(mac, mac) for at, mac in answers if at >= start})}


def contenders(lab, nice, names):
    relay = ("--relay", "nftables")
    fast = ("  vrrp_version 3\n", "  advert_int 0.1\n  nopreempt\n")
    known = {
        "Bellman": lambda: Bellman(lab, nice),
        "Bellman, relay": lambda: Bellman(lab, nice, *relay),
        "Bellman, strict": lambda: Bellman(lab, nice, *relay, "--isolation", "strict"),
        "Bellman, profile fast": lambda: Bellman(lab, nice, *relay, "--profile", "fast"),
        "keepalived": lambda: Keepalived(lab, nice, "", "", 5.0),
        "keepalived, 0.1 s": lambda: Keepalived(lab, nice, *fast, 2.5),
    }
    return {name: make for name, make in known.items() if name in (names or known)}


EVENTS = ("crash", "SIGTERM", "drain", "pause", "neighbours")


def turns(cycle, contender, events, number):
    if "crash" in events:
        yield cycle.crash
    if "SIGTERM" in events:
        yield cycle.terminate
    if "drain" in events and contender.can_drain:
        yield cycle.drain
    if "pause" in events:
        # Around the 3 s after which a stalled speaker loses its addresses, and well after them.
        seconds = 2.6 + number % 10 * 0.3
        yield lambda: cycle.pause(seconds)


def measure(program, runs, nice, events=EVENTS, names=(), save=None):
    """Contender by contender, since only one can have the address; results by contender and event."""
    results = {}
    with Lab(program, NODES) as lab:
        for name, make in contenders(lab, nice, names).items():
            contender = make()
            contender.start_all()
            try:
                cycle = Cycle(contender, nice)
                # The address is there before anybody elects its owner.
                lab.serve(lab.nodes)
                for number in range(runs):
                    for turn in turns(cycle, contender, events, number):
                        for event, outcome in turn().items():
                            results.setdefault((name, event), []).append(outcome)
                            print(line(name, event, number, outcome), flush=True)
                            keep(save, name, event, number, outcome)
                if name == "Bellman" and "neighbours" in events:
                    for (family, state), delays in neighbours.measure(contender, runs).items():
                        event = f"neighbours, {family}, {state}"
                        for number, delay in enumerate(delays):
                            results.setdefault((name, event), []).append(delay)
                            keep(save, name, event, number, delay)
            finally:
                contender.stop_all()
    return results


def keep(save, name, event, number, outcome):
    if save:
        save.write(json.dumps([name, event, number, outcome]) + "\n")
        save.flush()


def line(name, event, number, outcome):
    text = (f"{name}, {event}, run {number + 1}: {outcome['owner']} -> {outcome['after']}, "
            f"gap {outcome['gap'] * 1000:.0f} ms, {len(outcome['failed'])} failed; datagrams: gap "
            f"{outcome['datagram_gap'] * 1000:.0f} ms, {len(outcome['lost'])} lost")
    if "changes" in outcome:
        text += (f", {outcome['changes']} changes of who answers, two of them for "
                 f"{outcome['overlap'] * 1000:.0f} ms, no answer for "
                 f"{outcome['arp_gap'] * 1000:.0f} ms, paused {outcome['paused']:.1f} s")
    if outcome["stall"]:
        text += f", client stalled {outcome['stall'] * 1000:.0f} ms"
    kinds = sorted({kind for _, kind in outcome["failed"]})
    return text + (f" ({', '.join(kinds)})" if kinds else "")


def milliseconds(values):
    return [f"{statistics.median(values) * 1000:.0f}", f"{max(values) * 1000:.0f}"]


def tables(results):
    rows, pauses, followed = [], [], []
    for (name, event), runs in sorted(results.items(), key=lambda item: item[0][1]):
        if event.startswith("neighbours"):
            followed.append([*event.split(", ")[1:], *[
                f"{value * 1000:.2f}" for value in (statistics.median(runs), max(runs))],
                f"{len(runs)}"])
            continue
        failed = [len(run["failed"]) for run in runs]
        unanswered = [sum(1 for _, kind in run["failed"] if kind != "reset") for run in runs]
        row = [event, name, *milliseconds([run["gap"] for run in runs]),
               f"{sum(unanswered)}", f"{sum(failed) - sum(unanswered)}",
               f"{sum(len(run['lost']) for run in runs)}",
               f"{sum(run['moves'] for run in runs)}",
               f"{max(run['stall'] for run in runs) * 1000:.0f}", f"{len(runs)}"]
        rows.append(row)
        if event == "pause":
            pauses.append([
                name, f"{sum(1 for run in runs if run['overlap'])}",
                f"{max(run['overlap'] for run in runs) * 1000:.0f}",
                *milliseconds([run["arp_gap"] for run in runs]), f"{len(runs)}"])
    text = [report.table(
        ["event", "contender", "gap p50, ms", "max, ms", "unanswered", "broken", "datagrams lost",
         "moves", "client stalled, ms", "runs"], rows)]
    if pauses:
        text += ["", report.table(
            ["owner paused", "runs with two answerers", "longest, ms",
             "no ARP answer p50, ms", "max, ms", "runs"], pauses)]
    if followed:
        text += ["", report.table(
            ["entry of", "in state", "follows after p50, ms", "max, ms", "entries"], followed)]
    return text


def version():
    done = subprocess.run(["keepalived", "--version"], capture_output=True, text=True)
    return (done.stdout + done.stderr).split(" (")[0].strip()


def saved(path):
    results = {}
    with open(path) as file:
        for name, event, _, outcome in map(json.loads, file):
            results.setdefault((name, event), []).append(outcome)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", default=f"{HERE}/../.build/release/bellman", metavar="PROGRAM")
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--events", default=",".join(EVENTS), metavar="NAME,NAME")
    parser.add_argument("--contenders", default="", metavar="NAME;NAME")
    parser.add_argument("--save", metavar="FILE", help="append each outcome as a line of JSON")
    parser.add_argument("--tables", metavar="FILE", help="only show what --save has kept")
    options = parser.parse_args()
    if options.tables:
        print("\n".join(tables(saved(options.tables))))
        return
    if os.geteuid() != 0:
        raise SystemExit("the benchmarks make network namespaces: run them as root")
    names = [name for name in options.contenders.split(";") if name]
    save = open(options.save, "a") if options.save else None
    results = measure(os.path.abspath(options.bellman), options.runs, options.nice,
                      options.events.split(","), names, save)
    print("\n" + "\n".join(tables(results)))


if __name__ == "__main__":
    main()
