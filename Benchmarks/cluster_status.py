#!/usr/bin/env python3
"""`bellman status` of a whole cluster: the time to an answer, its memory, and what dead speakers cost.

The speakers are simulated: their answers are real, and come through the pod proxy of the API server of
the tests."""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time

import report


class Failure(Exception):
    pass


def ask(program, folder, form, deadline):
    """One run: seconds, peak of the resident memory in MB, exit status, octets printed."""
    with open(os.path.join(folder, "out"), "w+b") as out:
        begin = time.monotonic()
        child = subprocess.Popen(
            [program, "status", "--kubeconfig", os.path.join(folder, "kubeconfig"), "-o", form,
             "--deadline", deadline],
            stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        size = out.tell() or os.path.getsize(out.name)
        out.seek(0)
        if child.returncode not in (0, 3):
            raise Failure(out.read(500).decode(errors="replace"))
    return {"s": seconds, "mb": usage.ru_maxrss / 1024, "cpu_s": usage.ru_utime + usage.ru_stime,
            "status": child.returncode, "octets": size}


def measure(program, load, services=5000, speakers=100, dead=0, kind="summary", runs=5,
            form="table", deadline="5s"):
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [load, folder, str(services), str(speakers), str(dead), kind],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            line = server.stdout.readline().strip()
            if not line.startswith("ready"):
                raise Failure(line or "the load did not start")
            found = [ask(program, folder, form, deadline) for _ in range(runs)]
        finally:
            server.stdin.close()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    return {"services": services, "speakers": speakers, "dead": dead, "answers": kind,
            "form": form, "deadline": deadline,
            "answer_mb": int(line.split()[1]) / 1e6,
            "median_s": statistics.median(run["s"] for run in found),
            "longest_s": max(run["s"] for run in found),
            "cpu_s": statistics.median(run["cpu_s"] for run in found),
            "peak_mb": max(run["mb"] for run in found),
            "status": found[-1]["status"], "octets": found[-1]["octets"]}


def text(rows):
    return report.table(
        ["services", "speakers", "of them dead", "answers", "MB of them", "median, s", "longest, s",
         "CPU, s", "peak memory, MB"],
        [[f"{row['services']:,}", str(row["speakers"]), str(row["dead"]), row["answers"],
          f"{row['answer_mb']:.1f}", f"{row['median_s']:.2f}", f"{row['longest_s']:.2f}",
          f"{row['cpu_s']:.2f}", f"{row['peak_mb']:.0f}"] for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", required=True, metavar="PROGRAM")
    parser.add_argument("--load", required=True, metavar="PROGRAM",
                        help="speakers-load, built beside")
    parser.add_argument("--services", type=int, default=5000)
    parser.add_argument("--speakers", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--whole", action="store_true",
                        help="also with speakers that know no summaries")
    options = parser.parse_args()
    program, load = os.path.abspath(options.bellman), os.path.abspath(options.load)
    size = {"services": options.services, "speakers": options.speakers, "runs": options.runs}
    rows = [measure(program, load, **size),
            measure(program, load, dead=1, deadline="2s", **size),
            measure(program, load, dead=options.speakers // 5, deadline="2s", **size),
            measure(program, load, form="json", **size)]
    if options.whole:
        rows.append(measure(program, load, kind="whole", **dict(size, runs=1), deadline="60s"))
    for row in rows:
        print(json.dumps(row))
    print(text(rows))


if __name__ == "__main__":
    main()
