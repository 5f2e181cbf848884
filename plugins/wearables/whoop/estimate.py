"""Estimate the requests and the time of a pull. Pure functions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wearables.core.windows import DAY, TimeRange
from wearables.whoop.client import PAGE_SIZE

DAY_SECONDS = 86_400
# One record a day, plus an occasional nap.
RECORDS_PER_DAY = {"cycle": 1.0, "recovery": 1.0, "sleep": 1.1, "workout": 1.0}
# Airflow's overhead: five tasks in sequence, and two more for each further chunk.
SECONDS_PER_PULL = 20
SECONDS_PER_CHUNK = 5


@dataclass(frozen=True)
class Estimate:
    """The size of a pull; ``days`` is the number of daily budgets it needs."""

    chunks: int
    requests: int
    seconds: float
    days: int


def estimate(
    chunks: Iterable[TimeRange],
    athletes: int,
    collections: Iterable[str],
    limits: Mapping[int, int],
    used: Mapping[int, int],
) -> Estimate:
    """Estimate a pull of these chunks; ``limits`` and ``used`` map the seconds of a rate limit's period to requests."""
    chunks, collections = list(chunks), list(collections)
    # One request verifies the app. Tokens expire after an hour, so each athlete's probably needs to be renewed.
    renewals = 1 + athletes
    requests = renewals + athletes * sum(_pages(chunk, collection) for chunk in chunks for collection in collections)
    seconds = SECONDS_PER_PULL + SECONDS_PER_CHUNK * (len(chunks) - 1)
    # The budget of a period can be used at once; requests beyond it wait for the following periods.
    waits = [
        period * math.ceil(max(0, requests - (allowed - used.get(period, 0))) / allowed)
        for period, allowed in limits.items()
    ]
    daily = limits.get(DAY_SECONDS)
    free_today = daily - used.get(DAY_SECONDS, 0) if daily else requests
    days = 1 + math.ceil(max(0, requests - free_today) / daily) if daily else 1
    return Estimate(len(chunks), requests, seconds + max(waits, default=0), days)


def _pages(chunk: TimeRange, collection: str) -> int:
    """Return the pages of a slice: a chunk of n days overlaps n + 1 cycles."""
    records = ((chunk.end - chunk.start) / DAY + 1) * RECORDS_PER_DAY[collection]
    return max(1, math.ceil(records / PAGE_SIZE))
