"""Estimate the requests and the time of a pull. Pure functions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

from wearables.core.windows import DAY, TimeRange
from wearables.whoop.client import PAGE_SIZE

DAY_SECONDS = 86_400
# One record a day, plus an occasional nap.
RECORDS_PER_DAY = {"cycle": 1.0, "recovery": 1.0, "sleep": 1.1, "workout": 1.0}
# Airflow's overhead: five tasks in sequence.
SECONDS_PER_PULL = 20


@dataclass(frozen=True)
class Estimate:
    """The size of a pull; ``days`` is the number of daily budgets it needs."""

    chunks: int
    requests: int
    seconds: float
    days: int

    def __str__(self) -> str:
        minutes = math.ceil(self.seconds / 60)
        text = f"about {self.requests:,} requests and {minutes:,} minute{'' if minutes == 1 else 's'}"
        return f"{text}; the daily request budget spreads them over {self.days} days" if self.days > 1 else text


def estimate(
    slices: Mapping[tuple[TimeRange, str], int],
    athletes: int,
    limits: Mapping[int, int],
    used: Mapping[int, int],
) -> Estimate:
    """Estimate a pull. ``slices`` maps a chunk and a collection to the number of athletes who are asked for them.

    ``limits`` and ``used`` map the seconds of a rate limit's period to requests.
    """
    chunks = len({chunk for chunk, _ in slices})
    # One request verifies the app. Tokens expire after an hour, so each athlete's probably needs to be renewed.
    renewals = 1 + athletes
    requests = renewals + sum(count * _pages(*slice_) for slice_, count in slices.items())
    # The budget of a period can be used at once; requests beyond it wait for the following periods.
    waits = [
        period * math.ceil(max(0, requests - (allowed - used.get(period, 0))) / allowed)
        for period, allowed in limits.items()
    ]
    daily = limits.get(DAY_SECONDS)
    free_today = daily - used.get(DAY_SECONDS, 0) if daily else requests
    days = 1 + math.ceil(max(0, requests - free_today) / daily) if daily else 1
    return Estimate(chunks, requests, SECONDS_PER_PULL + max(waits, default=0), days)


def estimate_for_all(
    chunks: Iterable[TimeRange],
    athletes: int,
    collections: Iterable[str],
    limits: Mapping[int, int],
    used: Mapping[int, int],
) -> Estimate:
    """Estimate a pull that asks all athletes for the same chunks."""
    return estimate({pair: athletes for pair in product(chunks, collections)}, athletes, limits, used)


def _pages(chunk: TimeRange, collection: str) -> int:
    """Return the pages of a slice: a chunk of n days overlaps n + 1 cycles."""
    records = ((chunk.end - chunk.start) / DAY + 1) * RECORDS_PER_DAY[collection]
    return max(1, math.ceil(records / PAGE_SIZE))
