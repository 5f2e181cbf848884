"""The four collections of WHOOP's API, declared as data: their paths, and the fields of their records.

A record is checked only for what the pipeline needs: athlete, id and times, and numbers where a score is expected.
A single number may be missing. Unknown fields are kept and reported in ``ops.schema_drift``.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from wearables.core.metrics import catalogue

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]


class Cycle(msgspec.Struct):
    """A physiological day; it is still open if ``end`` is missing."""

    id: int
    user_id: int
    updated_at: Instant
    start: Instant
    timezone_offset: str
    score_state: str
    end: Instant | None = None
    created_at: Instant | None = None
    step_count: float | None = None


class Recovery(msgspec.Struct):
    """The recovery of a cycle; it has no times of its own."""

    cycle_id: int
    user_id: int
    updated_at: Instant
    score_state: str
    sleep_id: str | None = None
    created_at: Instant | None = None


class Sleep(msgspec.Struct):
    """A sleep or nap."""

    id: str
    user_id: int
    updated_at: Instant
    start: Instant
    end: Instant
    timezone_offset: str
    nap: bool
    score_state: str
    cycle_id: int | None = None
    created_at: Instant | None = None


class Workout(msgspec.Struct):
    """A workout, or an activity such as a sauna."""

    id: str
    user_id: int
    updated_at: Instant
    start: Instant
    end: Instant
    timezone_offset: str
    score_state: str
    created_at: Instant | None = None


Record = Cycle | Recovery | Sleep | Workout


Parent = tuple[str, ...]
# The fields of a score that are not numbers.
FLAGS: dict[Parent, type] = {("score", "user_calibrating"): bool}


@dataclass(frozen=True)
class Endpoint:
    """The path of a collection, the type of its records, and the known fields of each object in a record."""

    path: str
    record_type: type[Record]
    known_fields: dict[Parent, frozenset[str]]

    @property
    def scored_type(self) -> Any:
        """The type of a scored record: its score is required, and every known value in it is a number or null."""
        fields = [("score", _numbers(("score",), self.known_fields))]
        return msgspec.defstruct(f"Scored{self.record_type.__name__}", fields)

    @property
    def usual_type(self) -> Any:
        """The type of a record in which every field is known, and every value simple."""
        score = _numbers(("score",), self.known_fields, is_exact=True)
        others = self.known_fields[()].difference(self.record_type.__struct_fields__, ["score"])
        fields = [("score", score | None, None), *((name, str | float | bool | None, None) for name in sorted(others))]
        name = f"Usual{self.record_type.__name__}"
        return msgspec.defstruct(name, fields, bases=(self.record_type,), forbid_unknown_fields=True)


def _numbers(place: Parent, known: dict[Parent, frozenset[str]], *, is_exact: bool = False) -> Any:
    """Return the type of the object at ``place``. Numbers may be missing or null; only an exact type has no others."""
    fields: list[tuple[str, Any, None]] = []
    for name in sorted(known[place]):
        inner = (*place, name)
        kind = _numbers(inner, known, is_exact=is_exact) if inner in known else FLAGS.get(inner, float)
        fields.append((name, kind | None, None))
    return msgspec.defstruct("_".join(place).title(), fields, forbid_unknown_fields=is_exact)


def _known(collection: str, others: dict[Parent, str]) -> dict[Parent, frozenset[str]]:
    """Return the known fields, those of metrics and ``others``, by the path of the object that contains them."""
    known = {parent: set(names.split()) for parent, names in others.items()}
    for path in catalogue().fields(collection):
        for depth, name in enumerate(path):
            known.setdefault(path[:depth], set()).add(name)
    return {parent: frozenset(names) for parent, names in known.items()}


ENDPOINTS: dict[str, Endpoint] = {
    "cycle": Endpoint(
        "/developer/v2/cycle",
        Cycle,
        _known("cycle", {(): "id user_id created_at updated_at start end timezone_offset score_state"}),
    ),
    "recovery": Endpoint(
        "/developer/v2/recovery",
        Recovery,
        _known(
            "recovery",
            {(): "cycle_id sleep_id user_id created_at updated_at score_state", ("score",): "user_calibrating"},
        ),
    ),
    "sleep": Endpoint(
        "/developer/v2/activity/sleep",
        Sleep,
        _known(
            "sleep",
            {
                (): "id cycle_id v1_id user_id created_at updated_at start end timezone_offset nap score_state",
                ("score", "stage_summary"): "total_no_data_time_milli",
            },
        ),
    ),
    "workout": Endpoint(
        "/developer/v2/activity/workout",
        Workout,
        _known(
            "workout",
            {
                (): "id v1_id user_id created_at updated_at start end timezone_offset sport_name sport_id score_state",
                ("score",): "strain average_heart_rate max_heart_rate percent_recorded distance_meter "
                "altitude_gain_meter altitude_change_meter",
            },
        ),
    ),
}
