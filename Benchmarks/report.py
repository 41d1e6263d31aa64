"""The results as tables of Markdown, for the screen and for the file."""

import os
import platform
import statistics
import subprocess

COLUMNS = [
    # title, figure, how it is printed
    ("first, ms", "first", lambda value: f"{value * 1000:.1f}"),
    ("p99, ms", "p99", lambda value: f"{value * 1000:.1f}"),
    ("last, ms", "last", lambda value: f"{value * 1000:.1f}"),
    ("UPDATEs", "updates", lambda value: f"{value:,.0f}"),
    ("octets", "octets", lambda value: f"{value:,.0f}"),
    ("CPU, ms", "cpu", lambda value: f"{value * 1000:.1f}"),
    ("peak, MB", "peak_mb", lambda value: f"{value:,.0f}"),
    ("load, s", "load_s", lambda value: f"{value:.1f}"),
    ("foreign cores", "foreign_cores", lambda value: f"{value:.1f}"),
]


def table(head, rows):
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    lines = [[*head], ["-" * width for width in widths], *rows]
    return "\n".join(
        "| " + " | ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))) + " |"
        for line in lines)


def origination(results):
    """`results` maps (count, speaker) to the figures of each run, or to a text that says why not."""
    rows = []
    for (count, name), runs in results.items():
        good = [run for run in runs if isinstance(run, dict)]
        row = [f"{count:,}", name]
        if good:
            row += [form(statistics.median(run[key] for run in good)) for _, key, form in COLUMNS]
            row.append(f"{len(good)}")
        else:
            row += ["-"] * len(COLUMNS) + ["0"]
        rows.append(row)
    return table(["prefixes", "speaker", *(title for title, _, _ in COLUMNS), "runs"], rows)


def failures(results):
    return [f"- {count:,} prefixes, {name}: {run}" for (count, name), runs in results.items()
            for run in runs if isinstance(run, str)]


def receiving(count, figures):
    return table(
        ["prefixes received", "memory before, MB", "after, MB", "growth at its peak, MB", "CPU, ms"],
        [[f"{count:,}", f"{figures['before_mb']:.1f}", f"{figures['after_mb']:.1f}",
          f"{figures['growth_mb']:.1f}", f"{figures['cpu'] * 1000:.0f}"]])


def changes(times):
    ordered = sorted(times)

    def quantile(share):
        return f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000:.1f}"

    return table(["changes", "of services", "p50, ms", "p99, ms", "longest, ms"],
                 [[f"{len(times)}", "10,000", quantile(0.5), quantile(0.99), quantile(1)]])


def machine():
    model, memory = "unknown", 0
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")),
                     model)
    with open("/proc/meminfo") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    with open("/etc/os-release") as file:
        system = next((line.split('"')[1] for line in file if line.startswith("PRETTY_NAME")), "")
    return (f"{model}, {os.cpu_count()} cores, {memory:.0f} GiB; {system}, "
            f"Linux {platform.release()}")


def commit(directory):
    done = subprocess.run(["git", "-C", directory, "describe", "--always", "--dirty"],
                          capture_output=True, text=True)
    return done.stdout.strip() or "unknown"
