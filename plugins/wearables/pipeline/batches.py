"""Parts of a squad: several tasks may pull a large squad's chunk together."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Batch:
    """One of ``count`` about equal parts of a squad, numbered from 1."""

    number: int
    count: int

    def of(self, athletes: list[int]) -> list[int]:
        """The athletes of this part."""
        return athletes[self.number - 1 :: self.count]


EVERYONE = Batch(1, 1)


def batches(athletes: int, per_task: int | None) -> list[Batch]:
    """So many parts that none has more than ``per_task`` athletes; None: everyone is in one."""
    count = max(1, math.ceil(athletes / per_task)) if per_task else 1
    return [Batch(number, count) for number in range(1, count + 1)]
