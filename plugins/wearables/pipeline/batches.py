"""Batches: the slices that one mapped task pulls.

Consecutive chunks share a task as long as it takes minutes, because Airflow needs seconds for every task. For a large
team, several tasks can share a chunk.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from wearables.core.windows import TimeRange

# A slice needs about one request. The retry of a killed task repeats only the requests in flight, but an analyst sees a
# batch only once all of it is staged.
MINUTES_PER_BATCH = 10
# Each batch is staged in one transaction.
MAX_SLICES = 2000


@dataclass(frozen=True)
class Part:
    """One of ``count`` parts of the athletes of about the same size, numbered from 1."""

    number: int
    count: int

    def of(self, athletes: list[int]) -> list[int]:
        """Return the athletes of this part."""
        return athletes[self.number - 1 :: self.count]


EVERYONE = Part(1, 1)


@dataclass(frozen=True)
class Chunk:
    """The slices of a run with the same chunk number, spanning ``period``."""

    number: int
    period: TimeRange
    athletes: int
    slices: int


@dataclass(frozen=True)
class Batch:
    """The slices with consecutive chunk numbers, spanning ``period``, of one part of the athletes."""

    first_chunk: int
    last_chunk: int
    period: TimeRange
    part: Part = EVERYONE

    @property
    def chunks(self) -> dict[str, int]:
        """The chunk numbers, as parameters of SQL."""
        return {"first_chunk": self.first_chunk, "last_chunk": self.last_chunk}


def batches(
    chunks: Sequence[Chunk], slices_per_minute: float, athletes_per_task: int | None, *, newest_alone: bool
) -> list[Batch]:
    """Distribute the chunks of a run, the newest first, over as few batches as possible.

    A chunk of more than ``athletes_per_task`` athletes is split. With ``newest_alone``, the chunk with number 0 shares
    its batch with no other.
    """
    limit = min(MAX_SLICES, MINUTES_PER_BATCH * slices_per_minute)
    groups: list[list[Chunk]] = []
    for chunk in chunks:
        shares = (
            bool(groups)
            and sum(each.slices for each in groups[-1]) + chunk.slices <= limit
            and len(_parts([*groups[-1], chunk], athletes_per_task)) == 1
            and not (newest_alone and groups[-1][0].number == 0)
        )
        groups.append([*groups.pop(), chunk] if shares else [chunk])
    return [_batch(group, part) for group in groups for part in _parts(group, athletes_per_task)]


def _batch(group: Sequence[Chunk], part: Part) -> Batch:
    period = TimeRange(min(each.period.start for each in group), max(each.period.end for each in group))
    return Batch(group[0].number, group[-1].number, period, part)


def _parts(group: Sequence[Chunk], athletes_per_task: int | None) -> list[Part]:
    athletes = max(chunk.athletes for chunk in group)
    count = max(1, math.ceil(athletes / athletes_per_task)) if athletes_per_task else 1
    return [Part(number, count) for number in range(1, count + 1)]
