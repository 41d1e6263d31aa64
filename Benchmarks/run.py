#!/usr/bin/env python3
"""Measures Bellman beside other BGP speakers. See README.md; `make bench` calls this."""

import argparse
import datetime
import os
import subprocess

import arp
import changes
import cluster
import failover
import large_cluster
import origination
import receiving
import report
import speakers

HERE = os.path.dirname(os.path.abspath(__file__))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", required=True, metavar="PROGRAM")
    parser.add_argument("--load", metavar="PROGRAM",
                        help="cluster-load, for a speaker that reads a cluster; left out without it")
    parser.add_argument("--sizes", default="10000,100000,1000000", metavar="N,N")
    parser.add_argument("--speakers", default="bellman,bird,frr,openbgpd,gobgp", metavar="NAME,NAME")
    parser.add_argument("--runs", type=int, default=3, help="of each; the medians are shown")
    parser.add_argument("--changes", type=int, default=300, help="of one service; 0 leaves them out")
    parser.add_argument("--no-arp", dest="arp", action="store_false",
                        help="leave out the answers to ARP")
    parser.add_argument("--failover-runs", type=int, default=30,
                        help="of each thing that happens to the owner of an address; 0 for none")
    parser.add_argument("--nice", type=int, default=0,
                        help="of every speaker and of the sink; -15 where others use the machine")
    return parser.parse_args()


def main():
    options = arguments()
    if os.geteuid() != 0:
        raise SystemExit("the benchmarks make network namespaces: run them as root")
    program = os.path.abspath(options.bellman)
    known = {"bellman": speakers.Bellman(program), "bird": speakers.Bird(), "frr": speakers.FRR(),
             "openbgpd": speakers.OpenBGPD(), "gobgp": speakers.GoBGP()}
    chosen = [known[name] for name in options.speakers.split(",")]
    sizes = [int(size) for size in options.sizes.split(",")]
    os.makedirs(f"{HERE}/results", exist_ok=True)
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", origination.SINK_PROGRAM,
                    f"{HERE}/sink.c"], check=True)

    results = {(size, speaker.name): [] for size in sizes for speaker in chosen}
    for size in sizes:
        # Turn by turn, so that what else happens on the machine falls on all of them.
        for number in range(options.runs):
            for speaker in chosen:
                try:
                    outcome = origination.measure(speaker, size, options.nice)
                    shown = f"last after {outcome['last'] * 1000:.1f} ms"
                except origination.Failure as failure:
                    outcome = shown = str(failure)
                results[size, speaker.name].append(outcome)
                print(f"{size:,} prefixes, {speaker.name}, run {number + 1}: {shown}", flush=True)
    text = [
        "# Results", "",
        f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC; {report.machine()}.",
        f"Commit {report.commit(HERE)}; niceness {options.nice}. Medians.", "",
        *(f"- {speaker.version()}" for speaker in chosen), "",
        "## A whole table", "", report.origination(results), "", *report.failures(results)]
    if "bellman" in options.speakers.split(","):
        count = max(sizes)
        try:
            shown = report.receiving(count, receiving.measure(program, count, options.nice))
        except origination.Failure as failure:
            shown = f"Not measured: {failure}"
        text += ["## A whole table received", "", shown, ""]
    if options.changes and "bellman" in options.speakers.split(","):
        try:
            times = changes.measure(program, options.changes, options.nice)
            shown = report.changes(times)
        except origination.Failure as failure:
            shown = f"Not measured: {failure}"
        text += ["## One service of ten thousand", "", shown, "",
                 "In each there are the 50 ms for which the directory must be quiet before it is read."]
    if options.load and "bellman" in options.speakers.split(","):
        try:
            shown = large_cluster.text(
                large_cluster.measure(program, os.path.abspath(options.load), nice=options.nice))
        except large_cluster.Failure as failure:
            shown = [f"Not measured: {failure}"]
        text += ["", "## A large cluster", "", *shown]
    if options.arp and "bellman" in options.speakers.split(","):
        try:
            shown = arp.text(arp.measure(program, options.runs, options.nice))
        except arp.Failure as failure:
            shown = [f"Not measured: {failure}"]
        text += ["", "## Answers to ARP", "", *shown]
    if options.failover_runs and "bellman" in options.speakers.split(","):
        try:
            shown = failover.tables(
                failover.measure(program, options.failover_runs, options.nice))
        except cluster.Failure as failure:
            shown = [f"Not measured: {failure}"]
        text += ["", "## Addresses that change hands", "", f"{failover.version()}.", "", *shown]
    path = f"{HERE}/results/{datetime.datetime.now():%Y%m%d-%H%M%S}.md"
    with open(path, "w") as file:
        file.write("\n".join(text) + "\n")
    print("\n" + "\n".join(text) + f"\n\nwritten to {path}")


if __name__ == "__main__":
    main()
