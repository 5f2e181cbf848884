"""A row of the result table, and functions that measure time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

REPEATS = 5
MISSED = "**no**"


@dataclass(frozen=True)
class Row:
    """One measurement: what was measured, against what, the target and whether it was met."""

    what: str
    against: str
    target: str
    measured: str
    is_met: bool
    note: str = ""

    def cells(self) -> list[str]:
        """Return the row's cells in the order of the table."""
        return [self.what, self.against, self.target, self.measured, "yes" if self.is_met else MISSED, self.note]


def seconds(work: Callable[[], object]) -> float:
    """Return how many seconds the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(*measurements: Callable[[], float], repeats: int = REPEATS) -> list[float]:
    """Take the measurements in turn, several times. Return the median of each, in seconds."""
    rounds = [[measure() for measure in measurements] for _ in range(repeats)]
    return [median(column) for column in zip(*rounds, strict=True)]
