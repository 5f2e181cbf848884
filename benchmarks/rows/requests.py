"""Compare the number of requests at the default chunk length with that at the best length for the same data."""

import datetime as dt
from math import ceil

from benchmarks.result import Row
from wearables.core.integrations import DEFAULT_CHUNK_DAYS
from wearables.core.windows import MAX_CHUNK_DAYS, TimeRange, chunks
from wearables.whoop.client import PAGE_SIZE
from wearables_dev.sandbox import World

PULLS = {
    "a day of an athlete": (1, 1),
    "a month of an athlete": (1, 30),
    "a year of an athlete": (1, 365),
    "a month of 30 athletes": (30, 30),
}
TARGET = 1.02


def run(quick: bool) -> list[Row]:
    """Return a row for each kind of pull."""
    return [_row(name, *size) for name, size in PULLS.items()]


def _row(name: str, athletes: int, days: int) -> Row:
    world = World(athletes=athletes, days=days + 30)
    end = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    window = TimeRange(end - dt.timedelta(days=days), end)
    sent = {length: _requests(world, window, length) for length in range(1, MAX_CHUNK_DAYS + 1)}
    best = min(sent, key=lambda length: sent[length])
    ratio = sent[DEFAULT_CHUNK_DAYS] / sent[best]
    return Row(
        f"requests for {name}, chunks of {DEFAULT_CHUNK_DAYS} days",
        f"the best of 1 to {MAX_CHUNK_DAYS} days ({best})",
        f"<= {TARGET}",
        f"{ratio:.3f} ({sent[DEFAULT_CHUNK_DAYS]} against {sent[best]})",
        ratio <= TARGET,
    )


def _requests(world: World, window: TimeRange, length: int) -> int:
    """Count the pages that a pull requests. An empty list is a page too."""
    total = 0
    for chunk in chunks(window, length, dt.UTC):  # type: ignore[arg-type]  # any tzinfo works
        for records in world.records.values():
            matching = sum(record.start < chunk.end and record.end >= chunk.start for record in records)
            total += max(1, ceil(matching / PAGE_SIZE))
    return total
