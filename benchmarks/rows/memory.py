"""Measure the peak memory of extract and stage, which must not grow with the number of records."""

import os
import resource
import sys
from collections.abc import Callable

from benchmarks.result import Row
from benchmarks.rows.stage import _stage, land_workouts
from benchmarks.setup import NAME, empty, enrol, fresh_warehouse, plan, sandbox
from wearables.core.integrations import Integration
from wearables.core.warehouse import warehouse
from wearables.pipeline.extract import extract

TARGET = 1.10


def run(quick: bool) -> list[Row]:
    """Compare few and many records, for extract and for stage."""
    return [_extract(60, 600 if quick else 6000), _staging(10_000, 50_000 if quick else 1_000_000)]


def _extract(few_days: int, many_days: int) -> Row:
    peaks = []
    for days in (few_days, many_days):
        with fresh_warehouse(), sandbox(2, days) as url:
            enrol(url)
            peaks.append(peak_of(lambda days=days: _pull(days)))  # type: ignore[misc]
    return _row(f"extract: 2 athletes, {many_days:,} days", f"{few_days} days", peaks)


def _pull(days: int) -> None:
    integration, run_id, chunks = plan(days)
    for chunk in chunks:
        extract(integration, run_id, chunk)


def _staging(few: int, many: int) -> Row:
    integration = Integration(name=NAME, connection=NAME)
    peaks = []
    with fresh_warehouse() as engine:
        for records in (few, many):
            empty(engine)
            landings = land_workouts(records)
            peaks.append(peak_of(lambda landings=landings: _stage(warehouse(), integration, landings, "new")))  # type: ignore[misc]
    return _row(f"stage: {many:,} records", f"{few:,} records", peaks)


def _row(what: str, against: str, peaks: list[int]) -> Row:
    ratio = peaks[1] / peaks[0]
    measured = f"{ratio:.3f} ({peaks[0] // 1024} and {peaks[1] // 1024} MiB)"
    return Row(f"peak memory of {what}", against, f"<= {TARGET}", measured, ratio <= TARGET)


def peak_of(work: Callable[[], object]) -> int:
    """Run ``work`` in a child process. Return the child's peak resident memory in KiB."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            warehouse.cache_clear()
            work()
            os.write(writing, str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss).encode())
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as answer:
        return int(answer.read())
