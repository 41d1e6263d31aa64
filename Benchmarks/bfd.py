#!/usr/bin/env python3
"""BFD with BIRD at 50 ms x 3 while every core is busy: false alarms in a long run, and how soon a real
death is noticed. `make bench` does not run it, for it takes as long as it is told."""

import argparse
import datetime
import json
import os
import signal
import subprocess
import tempfile
import time

import processes
import report
from network import SINK, SPEAKER, Network
from origination import Failure
from receiving import until
from speakers import SINK_AS, SPEAKER_AS

MANIFESTS = f"""
apiVersion: v1
kind: Node
metadata: {{name: node-1}}
status: {{addresses: [{{type: InternalIP, address: {SPEAKER}}}], conditions: [{{type: Ready, status: "True"}}]}}
---
apiVersion: metallb.io/v1beta1
kind: BFDProfile
metadata: {{name: fast, namespace: metallb-system}}
spec: {{receiveInterval: 50, transmitInterval: 50, detectMultiplier: 3}}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {{name: router, namespace: metallb-system}}
spec: {{myASN: {SPEAKER_AS}, peerASN: {SINK_AS}, peerAddress: {SINK}, bfdProfile: fast}}
"""

BIRD = f"""router id {SINK};
protocol device {{}}
protocol bfd {{ interface "link0" {{ min rx interval 50 ms; min tx interval 50 ms; multiplier 3; }}; }}
protocol bgp speaker {{
  local {SINK} as {SINK_AS};
  neighbor {SPEAKER} as {SPEAKER_AS};
  bfd on;
  error wait time 1, 1;
  ipv4 {{ import all; export none; }};
}}
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bellman", required=True, metavar="PROGRAM")
    parser.add_argument("--seconds", type=int, default=600, help="of the run without a death")
    parser.add_argument("--deaths", type=int, default=20)
    return parser.parse_args()


def events(path):
    """What the speaker's log says, as (seconds since 1970, record)."""
    with open(path) as file:
        for line in file:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            when = datetime.datetime.fromisoformat(record["ts"].replace("Z", "+00:00"))
            yield when.timestamp(), record


def since(path, begin, words):
    return [when for when, record in events(path)
            if when >= begin and all(word in json.dumps(record) for word in words)]


def measure(program, seconds, deaths):
    with tempfile.TemporaryDirectory(prefix="bellman-bench-") as directory, Network() as network:
        os.mkdir(f"{directory}/manifests")
        for name, text in (("manifests/all.yaml", MANIFESTS), ("bird.conf", BIRD)):
            with open(f"{directory}/{name}", "w") as file:
                file.write(text)
        log = f"{directory}/speaker.log"
        running = []

        def start(command, output=subprocess.DEVNULL):
            running.append(subprocess.Popen(command, stdout=output, stderr=output,
                                            stdin=subprocess.DEVNULL))
            return running[-1]

        def is_up():
            done = subprocess.run([program, "status", "peers", "--socket", f"{directory}/s.sock",
                                   "-o", "json"], capture_output=True, text=True)
            peers = json.loads(done.stdout)["peers"] if done.returncode == 0 else []
            return any(peer["state"] == "Established" and peer.get("bfd", {}).get("state") == "Up"
                       for peer in peers)

        try:
            bird = start(network.inside(network.sink, [
                "/usr/sbin/bird", "-f", "-c", f"{directory}/bird.conf", "-s", f"{directory}/ctl"]))
            with open(log, "w") as output:
                start(network.inside(network.speaker, [
                    program, "speaker", "--manifests", f"{directory}/manifests", "--node", "node-1",
                    "--socket", f"{directory}/s.sock", "--log-format", "json",
                    "--insecure-peers"]), output)
            until(is_up, "BFD and BGP are up", 30)
            for _ in range(os.cpu_count()):
                start(["python3", "-c", "while True: pass"])
            begin = time.time()
            time.sleep(seconds)
            alarms = len(since(log, begin, ["BFD session changed", "Down"]))
            bird_pid = processes.tree(bird.pid)[-1]
            noticed, ended = [], []
            for _ in range(deaths):
                until(is_up, "BFD and BGP are up again", 60)
                time.sleep(1)
                death = time.time()
                # A process that is stopped is silent, but its kernel keeps the connection.
                os.kill(bird_pid, signal.SIGSTOP)
                until(lambda: since(log, death, ["BFD session changed", "Down"]), "BFD is down", 5)
                until(lambda: since(log, death, ["BFD Down"]), "the session has ended", 5)
                noticed.append(since(log, death, ["BFD session changed", "Down"])[0] - death)
                ended.append(since(log, death, ["BFD Down"])[0] - death)
                os.kill(bird_pid, signal.SIGCONT)
            return alarms, noticed, ended
        finally:
            for process in reversed(running):
                processes.end(process)


def main():
    options = arguments()
    try:
        alarms, noticed, ended = measure(
            os.path.abspath(options.bellman), options.seconds, options.deaths)
    except Failure as failure:
        raise SystemExit(str(failure)) from None
    print(f"{report.machine()}; every core busy.\n")
    print(report.table(
        ["what", "figure"],
        [[f"false alarms in {options.seconds} s", f"{alarms}"],
         [f"deaths noticed by BFD, of {options.deaths}", f"{len(noticed)}"],
         ["after, shortest to longest, ms",
          f"{min(noticed) * 1000:.0f} to {max(noticed) * 1000:.0f}"],
         ["BGP session ended after, longest, ms", f"{max(ended) * 1000:.0f}"]]))


if __name__ == "__main__":
    main()
