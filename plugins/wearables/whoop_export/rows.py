"""Turn the rows of an export into records for raw.records: lines of JSON with the parsed cells under ``row``.

An export has no record ids, so a record's id is its start. It has no seconds, because Excel cuts them off.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wearables.core.slug import slug
from wearables.pipeline.landed_row import landed_row
from wearables.whoop_export.cells import BadCell, Value, to_utc
from wearables.whoop_export.columns import CYCLES, JOURNAL, SLEEPS, WORKOUTS
from wearables.whoop_export.consistency import ConsistencyCheck
from wearables.whoop_export.table import Row, Table

# The columns with the start and the end of a record.
PERIODS = {
    CYCLES.collection: ("cycle_start_time", "cycle_end_time"),
    SLEEPS.collection: ("sleep_onset", "wake_onset"),
    WORKOUTS.collection: ("workout_start_time", "workout_end_time"),
    JOURNAL.collection: ("cycle_start_time", "cycle_end_time"),
}
# How far a sleep may be from the start of its cycle; transform/export_values.sql.j2 searches the same range.
EARLIEST_SLEEP, LATEST_SLEEP = dt.timedelta(days=-1), dt.timedelta(days=3)


@dataclass(frozen=True)
class Record:
    """A record of an export."""

    id: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    cycle_id: str
    values: Mapping[str, Value]
    offset: str

    def line(self, athlete_id: int) -> bytes:
        """Return the record as one line of JSON, with the keys that staging needs."""
        payload: dict[str, Any] = {
            "id": self.id,
            "user_id": athlete_id,
            "updated_at": self._updated_at,
            "start": self.started_at,
            "end": self.ended_at,
            "timezone_offset": self.offset,
            "cycle": self.cycle_id,
            "row": self.values,
        }
        if question := self.values.get("question_text"):
            payload["slug"] = slug(str(question))
        return json.dumps(payload, default=_time, ensure_ascii=False, separators=(",", ":")).encode()

    def landed_row(self, line_number: int, slice_number: int, athlete_id: int) -> bytes:
        """Return the record as a row of the temporary table ``landed``."""
        ended_at = _time(self.ended_at) if self.ended_at else None
        times = (_time(self._updated_at), _time(self.started_at), ended_at)
        return landed_row(line_number, slice_number, self.id, *times, self.line(athlete_id))

    @property
    def _updated_at(self) -> dt.datetime:
        # An export does not say when a record changed. With a constant time, the record that was imported last wins.
        return self.started_at.replace(second=0)


def records(table: Table, questions: Mapping[str, str]) -> Iterator[Record | None]:
    """Yield the records of a file, or None for an answer to a question that is not in ``questions``.

    Raises ExportRejected at the first invalid row, or at the end if too many rows are contradictory.
    """
    consistency = ConsistencyCheck(table)
    for row in table.rows():
        consistency.add(row)
        if table.file is JOURNAL:
            yield _listed_answer(table, row, questions)
        else:
            yield _record(table, row, row.values)
    consistency.require_consistent()


def _listed_answer(table: Table, row: Row, questions: Mapping[str, str]) -> Record | None:
    question = questions.get(slug(str(row.values["question_text"])))
    if question is None or row.values["answered_yes"] is None:
        # Validate the row anyway, because one invalid row rejects the whole export.
        _record(table, row, {})
        return None
    # Store the question as the team spells it, and never the notes.
    values = {key: value for key, value in row.values.items() if key != "notes"}
    return _record(table, row, values | {"question_text": question})


def _record(table: Table, row: Row, values: Mapping[str, Value]) -> Record:
    first, last = PERIODS[table.file.collection]
    start, end = _instant(table, row, first), _instant(table, row, last)
    cycle_start = _instant(table, row, "cycle_start_time")
    assert start is not None and cycle_start is not None
    for key, earlier in ((last, first), ("cycle_end_time", "cycle_start_time"), ("wake_onset", "sleep_onset")):
        _require_order(table, row, key, earlier)
    _require_near_sleep(table, row)
    cycle_id = _minute(cycle_start)
    return Record(_record_id(table, row, start, end), start, end, cycle_id, values, str(row.values["cycle_timezone"]))


def _record_id(table: Table, row: Row, start: dt.datetime, end: dt.datetime | None) -> str:
    if table.file is WORKOUTS and end:
        # Two activities may start in the same minute.
        return f"{_minute(start)}/{_minute(end)}"
    if table.file is JOURNAL:
        return f"{_minute(start)}/{slug(str(row.values['question_text']))}"
    return _minute(start)


def _instant(table: Table, row: Row, key: str) -> dt.datetime | None:
    value = row.values[key]
    if not isinstance(value, dt.datetime):
        return None
    try:
        return to_utc(value, str(row.values["cycle_timezone"]))
    except BadCell as error:
        raise table.rejection(row.line, key, str(error)) from None


def _require_order(table: Table, row: Row, key: str, earlier: str) -> None:
    end, start = row.values.get(key), row.values.get(earlier)
    if isinstance(end, dt.datetime) and isinstance(start, dt.datetime) and end < start:
        raise table.rejection(row.line, key, f"before {earlier}")


def _require_near_sleep(table: Table, row: Row) -> None:
    start = row.values["cycle_start_time"]
    for key in ("sleep_onset", "wake_onset"):
        time = row.values.get(key)
        if (
            isinstance(time, dt.datetime)
            and isinstance(start, dt.datetime)
            and not EARLIEST_SLEEP <= time - start <= LATEST_SLEEP
        ):
            raise table.rejection(row.line, key, "more than a day before or three days after cycle_start_time")


def _minute(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def _time(moment: dt.datetime) -> str:
    """Format an instant as WHOOP's API does, and a local time as the export does."""
    if moment.tzinfo is None:
        return moment.isoformat(sep=" ")
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
