"""Batches of athletes: for a large team, several tasks can share a chunk."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Batch:
    """One of ``count`` batches of about the same size, numbered from 1."""

    number: int
    count: int

    def of(self, athletes: list[int]) -> list[int]:
        """Return the athletes of this batch."""
        return athletes[self.number - 1 :: self.count]


EVERYONE = Batch(1, 1)


def batches(athletes: int, per_task: int | None) -> list[Batch]:
    """Return as few batches as possible with at most ``per_task`` athletes each; None means a single batch."""
    count = max(1, math.ceil(athletes / per_task)) if per_task else 1
    return [Batch(number, count) for number in range(1, count + 1)]
