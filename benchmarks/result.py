"""One line of the table, and how it is measured."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

REPEATS = 5


@dataclass(frozen=True)
class Row:
    """What was measured against what; the target is met when ``is_met``."""

    what: str
    against: str
    target: str
    measured: str
    is_met: bool
    note: str = ""

    def cells(self) -> list[str]:
        """The row's cells."""
        return [self.what, self.against, self.target, self.measured, "yes" if self.is_met else "**no**", self.note]


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turn(*works: Callable[[], float], repeats: int = REPEATS) -> list[float]:
    """Measure each in turn, again and again; the median of each, in seconds."""
    taken = [[work() for work in works] for _ in range(repeats)]
    return [median(column) for column in zip(*taken, strict=True)]
