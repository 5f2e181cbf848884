"""What a pull will take, before it is begun: pure functions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wearables.core.windows import DAY, TimeRange
from wearables.whoop.client import PAGE_SIZE

DAY_SECONDS = 86_400
# Naps and workouts come on top of one record a day.
RECORDS_PER_DAY = {"cycle": 1.0, "recovery": 1.0, "sleep": 1.1, "workout": 1.0}
# Airflow's own part: five tasks, one after the other, and two more for every further chunk.
SECONDS_PER_PULL = 20
SECONDS_PER_CHUNK = 5


@dataclass(frozen=True)
class Estimate:
    """A pull's size. ``days`` is how many days' budgets it needs."""

    chunks: int
    requests: int
    seconds: float
    days: int


def estimate(
    pieces: Iterable[TimeRange],
    athletes: int,
    collections: Iterable[str],
    limits: Mapping[int, int],
    used: Mapping[int, int],
) -> Estimate:
    """Of the chunks of a pull, under a budget: ``limits`` and ``used`` map seconds of a window to requests."""
    pieces, collections = list(pieces), list(collections)
    # The app is verified once, and a token lives for an hour: each is probably renewed.
    renewals = 1 + athletes
    requests = renewals + athletes * sum(_pages(piece, collection) for piece in pieces for collection in collections)
    seconds = SECONDS_PER_PULL + SECONDS_PER_CHUNK * (len(pieces) - 1)
    # A window's budget serves so many requests at once; every further load must wait for a window more.
    waits = [
        window * math.ceil(max(0, requests - (allowed - used.get(window, 0))) / allowed)
        for window, allowed in limits.items()
    ]
    daily = limits.get(DAY_SECONDS)
    free_today = daily - used.get(DAY_SECONDS, 0) if daily else requests
    days = 1 + math.ceil(max(0, requests - free_today) / daily) if daily else 1
    return Estimate(len(pieces), requests, seconds + max(waits, default=0), days)


def _pages(chunk: TimeRange, collection: str) -> int:
    """Pages of one athlete's collection: a window of n days meets n + 1 cycles."""
    records = ((chunk.end - chunk.start) / DAY + 1) * RECORDS_PER_DAY[collection]
    return max(1, math.ceil(records / PAGE_SIZE))
