"""The four collections as data: where WHOOP serves them, and what a record must hold to be kept.

A record is checked only for what the pipeline itself needs: who, which, when. Scores may be missing, and
unknown keys are kept.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

import msgspec

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
RecordId = Annotated[str, msgspec.Meta(min_length=1)]
Offset = Annotated[str, msgspec.Meta(pattern=r"^([+-]\d\d:\d\d|Z)$")]


class Cycle(msgspec.Struct):
    """A physiological day; without ``end`` it is still open."""

    id: int
    user_id: int
    updated_at: Instant
    start: Instant
    timezone_offset: Offset
    score_state: str
    end: Instant | None = None


class Recovery(msgspec.Struct):
    """The recovery of a cycle; it has no time of its own."""

    cycle_id: int
    user_id: int
    updated_at: Instant
    score_state: str
    sleep_id: str | None = None

    @property
    def id(self) -> int:
        """A recovery goes by its cycle's id."""
        return self.cycle_id


class Sleep(msgspec.Struct):
    """A sleep or nap."""

    id: RecordId
    user_id: int
    updated_at: Instant
    start: Instant
    end: Instant
    timezone_offset: Offset
    nap: bool
    score_state: str
    cycle_id: int | None = None


class Workout(msgspec.Struct):
    """A workout, or an activity such as a sauna."""

    id: RecordId
    user_id: int
    updated_at: Instant
    start: Instant
    end: Instant
    timezone_offset: Offset
    score_state: str


Record = Cycle | Recovery | Sleep | Workout


@dataclass(frozen=True)
class Endpoint:
    """Where a collection is served, and the shape of its records."""

    path: str
    record_type: type[Record]


ENDPOINTS: dict[str, Endpoint] = {
    "cycle": Endpoint("/developer/v2/cycle", Cycle),
    "recovery": Endpoint("/developer/v2/recovery", Recovery),
    "sleep": Endpoint("/developer/v2/activity/sleep", Sleep),
    "workout": Endpoint("/developer/v2/activity/workout", Workout),
}
