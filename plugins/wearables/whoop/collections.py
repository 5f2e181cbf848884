"""The four collections of WHOOP's API, declared as data: their paths, and the fields of their records.

A record is only checked for what the pipeline needs: athlete, id and times. Scores may be missing. Unknown fields are
kept and reported in ``ops.schema_drift``.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

import msgspec

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
RecordId = Annotated[str, msgspec.Meta(min_length=1)]
Offset = Annotated[str, msgspec.Meta(pattern=r"^([+-]\d\d:\d\d|Z)$")]


class Cycle(msgspec.Struct):
    """A physiological day; it is still open if ``end`` is missing."""

    id: int
    user_id: int
    updated_at: Instant
    start: Instant
    timezone_offset: Offset
    score_state: str
    end: Instant | None = None


class Recovery(msgspec.Struct):
    """The recovery of a cycle; it has no times of its own."""

    cycle_id: int
    user_id: int
    updated_at: Instant
    score_state: str
    sleep_id: str | None = None

    @property
    def id(self) -> int:
        """The id of the recovery's cycle, which identifies it."""
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


Parent = tuple[str, ...]


@dataclass(frozen=True)
class Endpoint:
    """The path of a collection, the type of its records, and the known fields of each object in a record."""

    path: str
    record_type: type[Record]
    known_fields: dict[Parent, frozenset[str]]


def _fields(names: str) -> frozenset[str]:
    return frozenset(names.split())


ENDPOINTS: dict[str, Endpoint] = {
    "cycle": Endpoint(
        "/developer/v2/cycle",
        Cycle,
        {
            (): _fields("id user_id created_at updated_at start end timezone_offset score_state score step_count"),
            ("score",): _fields("strain kilojoule average_heart_rate max_heart_rate"),
        },
    ),
    "recovery": Endpoint(
        "/developer/v2/recovery",
        Recovery,
        {
            (): _fields("cycle_id sleep_id user_id created_at updated_at score_state score"),
            ("score",): _fields(
                "user_calibrating recovery_score resting_heart_rate hrv_rmssd_milli spo2_percentage skin_temp_celsius"
            ),
        },
    ),
    "sleep": Endpoint(
        "/developer/v2/activity/sleep",
        Sleep,
        {
            (): _fields(
                "id cycle_id v1_id user_id created_at updated_at start end timezone_offset nap score_state score"
            ),
            ("score",): _fields(
                "stage_summary sleep_needed respiratory_rate sleep_performance_percentage "
                "sleep_consistency_percentage sleep_efficiency_percentage"
            ),
            ("score", "stage_summary"): _fields(
                "total_in_bed_time_milli total_awake_time_milli total_no_data_time_milli "
                "total_light_sleep_time_milli total_slow_wave_sleep_time_milli total_rem_sleep_time_milli "
                "sleep_cycle_count disturbance_count"
            ),
            ("score", "sleep_needed"): _fields(
                "baseline_milli need_from_sleep_debt_milli need_from_recent_strain_milli need_from_recent_nap_milli"
            ),
        },
    ),
    "workout": Endpoint(
        "/developer/v2/activity/workout",
        Workout,
        {
            (): _fields(
                "id v1_id user_id created_at updated_at start end timezone_offset sport_name sport_id score_state score"
            ),
            ("score",): _fields(
                "strain average_heart_rate max_heart_rate kilojoule percent_recorded distance_meter "
                "altitude_gain_meter altitude_change_meter zone_durations"
            ),
            ("score", "zone_durations"): _fields(
                "zone_zero_milli zone_one_milli zone_two_milli zone_three_milli zone_four_milli zone_five_milli"
            ),
        },
    ),
}
