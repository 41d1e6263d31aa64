"""What processes cost, from /proc, and how to end the ones that we started."""

import os
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """The process and its descendants, parents first."""
    children = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parent = int(file.read().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(name))
    found = [pid]
    for process in found:
        found += children.get(process, [])
    return found


def cpu_seconds(pids):
    """CPU time of the processes with all their threads, also those that ended, in nanoseconds' grain.

    It is read from the CPU-time clock of each process, whose number clock_getcpuclockid(3) makes of
    the process id like this; /proc/PID/stat counts in 10 ms.
    """
    total = 0.0
    for pid in pids:
        try:
            total += time.clock_gettime(~pid << 3 | 2)
        except OSError:
            continue
    return total


def peak_megabytes(pids):
    """The sum of their peak resident sizes, in units of 1,000,000 octets."""
    return _megabytes(pids, "VmHWM")


def resident_megabytes(pids):
    """The sum of their present resident sizes, in units of 1,000,000 octets."""
    return _megabytes(pids, "VmRSS")


def _megabytes(pids, field):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/status") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith(field))
        except OSError:
            continue
    return total * 1024 / 1e6


def machine_busy_seconds():
    """CPU time that the whole machine has spent on anything."""
    with open("/proc/stat") as file:
        values = [int(value) for value in file.readline().split()[1:9]]
    return (sum(values) - values[3] - values[4]) / TICK


def end(process):
    """Ends what we started: the tree politely, then whoever is left of it."""
    pids = tree(process.pid)
    for kind, patience in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        for pid in reversed(pids):
            try:
                os.kill(pid, kind)
            except OSError:
                continue
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            process.poll()
            if not any(os.path.exists(f"/proc/{pid}") for pid in pids):
                return
            time.sleep(0.05)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        pass
