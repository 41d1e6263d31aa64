#!/usr/bin/env python3
"""A speaker that reads a large cluster from an API server: the time to all announced, memory, CPU, and
how soon a change is on the wire. The API server is that of the tests."""

import argparse
import json
import os
import subprocess
import tempfile

import report

HERE = os.path.dirname(os.path.abspath(__file__))


class Failure(Exception):
    pass


def measure(program, load, services=5000, nodes=1000, rate=100, seconds=60, nice=0):
    """The figures of one run, in a network namespace of its own."""
    name = f"bmc{os.getpid() % 1000000}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["ip", "netns", "exec", name, "nice", "-n", str(nice), load, "--bellman", program,
                 "--folder", folder, "--services", str(services), "--nodes", str(nodes),
                 "--rate", str(rate), "--seconds", str(seconds)],
                capture_output=True, text=True)
    finally:
        subprocess.run(["ip", "netns", "delete", name], capture_output=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise Failure(done.stderr.strip()[-500:] or f"exit status {done.returncode}")
    figures = json.loads(lines[-1])
    if "failure" in figures:
        raise Failure(figures["failure"])
    return figures


def text(figures):
    """Two tables: the start, and the changes."""
    start = report.table(
        ["services, slices", "nodes", "all announced, s", "CPU, s", "memory, MB", "its peak, MB"],
        [[f"{figures['services']:,}", f"{figures['nodes']:,}", f"{figures['loaded_s']:.2f}",
          f"{figures['loading_cpu_s']:.2f}", f"{figures['loaded_mb']:.0f}",
          f"{figures['peak_mb']:.0f}"]])
    changes = report.table(
        ["changes", "seen", "p50, ms", "p99, ms", "longest, ms", "CPU, s", "memory before, MB",
         "after, MB"],
        [[f"{figures['changes']:,}", f"{figures['seen']:,}", f"{figures['p50_ms']:.1f}",
          f"{figures['p99_ms']:.1f}", f"{figures['longest_ms']:.1f}",
          f"{figures['changes_cpu_s']:.1f}", f"{figures['rest_mb']:.0f}",
          f"{figures['after_mb']:.0f}"]])
    return [start, "", changes]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", required=True, metavar="PROGRAM")
    parser.add_argument("--load", required=True, metavar="PROGRAM", help="cluster-load, built beside")
    for name, value in (("services", 5000), ("nodes", 1000), ("rate", 100), ("seconds", 60),
                        ("nice", 0)):
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    figures = measure(os.path.abspath(options.bellman), os.path.abspath(options.load),
                      options.services, options.nodes, options.rate, options.seconds, options.nice)
    print(json.dumps(figures))
    print("\n".join(text(figures)))


if __name__ == "__main__":
    main()
