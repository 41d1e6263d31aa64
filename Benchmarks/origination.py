"""One speaker announces a whole table to the sink, once, and is measured while it does."""

import json
import os
import subprocess
import tempfile
import time

import processes
from network import SINK, SPEAKER, Network
from speakers import FIRST, SINK_AS

SINK_PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results", "sink")


class Failure(Exception):
    pass


def measure(speaker, count, nice):
    """Returns a dictionary of figures, or raises Failure."""
    with tempfile.TemporaryDirectory(prefix="bellman-bench-") as directory, Network() as network:
        os.chmod(directory, 0o755)
        with open(f"{directory}/log", "w+") as log:
            command = ["nice", "-n", str(nice)] + network.inside(
                network.speaker, speaker.command(directory, count))
            begin = time.monotonic()
            daemon = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            try:
                speaker.load(directory, count, network)
                loaded = wait_until_quiet(daemon, log)
                figures = {"load_s": loaded - begin}
                figures["load_cpu"] = processes.cpu_seconds(processes.tree(daemon.pid))
                figures |= take_table(speaker, count, nice, network, daemon)
            except subprocess.CalledProcessError as error:
                raise Failure(f"{' '.join(error.cmd)}: {error.stderr!r}") from None
            finally:
                processes.end(daemon)
    return figures


def wait_until_quiet(daemon, log, patience=900):
    """Waits until the daemon does nothing; returns since when."""
    used, since = -1.0, time.monotonic()
    deadline = since + patience
    while time.monotonic() < deadline:
        if daemon.poll() is not None:
            log.seek(0)
            raise Failure("it ended: " + log.read()[-500:])
        now = processes.cpu_seconds(processes.tree(daemon.pid))
        if now - used > 0.01:
            used, since = now, time.monotonic()
        elif time.monotonic() - since > 1.5:
            return since
        time.sleep(0.3)
    raise Failure(f"it is still loading after {patience} s")


def take_table(speaker, count, nice, network, daemon):
    meeting = ["--listen" if speaker.dials else "--dial", SPEAKER]
    sink = ["nice", "-n", str(nice)] + network.inside(network.sink, [
        SINK_PROGRAM, *meeting, "--local", SINK, "--as", str(SINK_AS), "--first", FIRST,
        "--count", str(count)])
    cpu = processes.cpu_seconds(processes.tree(daemon.pid))
    busy, begin = processes.machine_busy_seconds(), time.monotonic()
    with subprocess.Popen(sink, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        pids = processes.tree(daemon.pid)
        figures = {"cpu": processes.cpu_seconds(pids) - cpu,
                   "peak_mb": processes.peak_megabytes(pids)}
        elapsed = time.monotonic() - begin
        busy = processes.machine_busy_seconds() - busy
    if not line:
        raise Failure("the sink printed nothing")
    seen = json.loads(line)
    figures["foreign_cores"] = max(0, busy - figures["cpu"] - seen["cpu"]) / elapsed
    figures |= {key: seen[key] for key in ("first", "p99", "last", "updates", "octets")}
    if seen["end"] != "complete" or seen["distinct"] != count:
        raise Failure(f"{seen['distinct']} of {count} prefixes arrived: {seen['end']}")
    if seen["faults"] or seen["unexpected"] or seen["repeated"]:
        raise Failure(f"the sink complains: {line.strip()}")
    return figures
