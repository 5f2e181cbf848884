"""The four files of an export and their columns, in an order that is the same in every account language."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["time", "offset", "number", "amount", "flag", "text"]


@dataclass(frozen=True)
class Column:
    """A column: its key in a row, and the kind of its cells. An amount is a number that may exceed a thousand."""

    key: str
    kind: Kind = "number"
    is_required: bool = False


@dataclass(frozen=True)
class File:
    """A file of the export: the collection of its records, WHOOP's name for it, and its columns.

    The last ``optional`` columns may be missing.
    """

    collection: str
    name: str
    columns: tuple[Column, ...]
    optional: int = 0

    @property
    def widths(self) -> set[int]:
        """The possible numbers of columns."""
        return {len(self.columns), len(self.columns) - self.optional}


CYCLE = (
    Column("cycle_start_time", "time", is_required=True),
    Column("cycle_end_time", "time"),
    Column("cycle_timezone", "offset", is_required=True),
)
NIGHT = (
    Column("sleep_performance"),
    Column("respiratory_rate"),
    Column("asleep", "amount"),
    Column("in_bed", "amount"),
    Column("light_sleep", "amount"),
    Column("deep_sleep", "amount"),
    Column("rem_sleep", "amount"),
    Column("awake", "amount"),
    Column("sleep_need", "amount"),
    Column("sleep_debt", "amount"),
    Column("sleep_efficiency"),
    Column("sleep_consistency"),
)
HEART = (Column("energy_burned", "amount"), Column("max_heart_rate"), Column("average_heart_rate"))

CYCLES = File(
    "export_cycle",
    "physiological_cycles.csv",
    (
        *CYCLE,
        Column("recovery_score"),
        Column("resting_heart_rate"),
        Column("heart_rate_variability"),
        Column("skin_temperature"),
        Column("blood_oxygen"),
        Column("day_strain"),
        *HEART,
        Column("sleep_onset", "time"),
        Column("wake_onset", "time"),
        *NIGHT,
    ),
)
SLEEPS = File(
    "export_sleep",
    "sleeps.csv",
    (
        *CYCLE,
        Column("sleep_onset", "time", is_required=True),
        Column("wake_onset", "time", is_required=True),
        *NIGHT,
        Column("nap", "flag", is_required=True),
    ),
)
WORKOUTS = File(
    "export_workout",
    "workouts.csv",
    (
        *CYCLE,
        Column("workout_start_time", "time", is_required=True),
        Column("workout_end_time", "time", is_required=True),
        Column("duration", "amount"),
        Column("activity_name", "text"),
        Column("activity_strain"),
        *HEART,
        *(Column(f"zone_{number}") for number in range(1, 6)),
        Column("gps_enabled", "flag"),
        Column("distance"),
        Column("altitude_gain"),
        Column("altitude_change"),
    ),
    # Only exports from 2024 and 2025 have the last three columns.
    optional=3,
)
JOURNAL = File(
    "journal",
    "journal_entries.csv",
    (
        *CYCLE,
        Column("question_text", "text", is_required=True),
        Column("answered_yes", "flag"),
        Column("notes", "text"),
    ),
)
FILES = (CYCLES, SLEEPS, WORKOUTS, JOURNAL)
