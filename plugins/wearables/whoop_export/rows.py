"""A row of an export becomes a record for raw.records: a line of JSON with its cells whole, under ``row``.

Its id is made from its start, to the minute: an export tells none, and Excel cuts off the seconds.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wearables.core.slug import slug
from wearables.whoop_export.cells import BadCell, Value, to_utc
from wearables.whoop_export.columns import CYCLES, JOURNAL, SLEEPS, WORKOUTS
from wearables.whoop_export.consistency import Sense
from wearables.whoop_export.table import Row, Table

# Where a row's own period stands.
PERIODS = {
    CYCLES.collection: ("cycle_start_time", "cycle_end_time"),
    SLEEPS.collection: ("sleep_onset", "wake_onset"),
    WORKOUTS.collection: ("workout_start_time", "workout_end_time"),
    JOURNAL.collection: ("cycle_start_time", "cycle_end_time"),
}
# Where a sleep may lie, seen from the start of its cycle; transform/export_values.sql looks no further.
FROM, TO = dt.timedelta(days=-1), dt.timedelta(days=3)


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
        """As one line of JSON, with the keys by which a record is staged."""
        payload: dict[str, Any] = {
            "id": self.id,
            "user_id": athlete_id,
            # An export tells no time of change; one that stays the same lets the later import win.
            "updated_at": self.started_at.replace(second=0),
            "start": self.started_at,
            "end": self.ended_at,
            "timezone_offset": self.offset,
            "cycle": self.cycle_id,
            "row": self.values,
        }
        if question := self.values.get("question_text"):
            payload["slug"] = slug(str(question))
        return json.dumps(payload, default=_time, ensure_ascii=False, separators=(",", ":")).encode()


def records(table: Table, questions: Mapping[str, str]) -> Iterator[Record | None]:
    """The records of a file; None for a journal row that is not among the ``questions``. Raises ExportRejected."""
    sense = Sense(table)
    for row in table.rows():
        sense.look(row)
        if table.file is JOURNAL:
            yield _listed_answer(table, row, questions)
        else:
            yield _record(table, row, row.values)
    sense.judge()


def _listed_answer(table: Table, row: Row, questions: Mapping[str, str]) -> Record | None:
    question = questions.get(slug(str(row.values["question_text"])))
    if question is None or row.values["answered_yes"] is None:
        # Checked all the same: a file that does not parse is refused whole.
        _record(table, row, {})
        return None
    # As the team's list writes it, and without the notes.
    values = {key: value for key, value in row.values.items() if key != "notes"}
    return _record(table, row, values | {"question_text": question})


def _record(table: Table, row: Row, values: Mapping[str, Value]) -> Record:
    first, last = PERIODS[table.file.collection]
    start, end = _instant(table, row, first), _instant(table, row, last)
    cycle_start = _instant(table, row, "cycle_start_time")
    assert start is not None and cycle_start is not None
    for key, earlier in ((last, first), ("cycle_end_time", "cycle_start_time"), ("wake_onset", "sleep_onset")):
        _refuse_backwards(table, row, key, earlier)
    _refuse_far_sleep(table, row)
    cycle_id = _minute(cycle_start)
    return Record(_record_id(table, row, start, end), start, end, cycle_id, values, str(row.values["cycle_timezone"]))


def _record_id(table: Table, row: Row, start: dt.datetime, end: dt.datetime | None) -> str:
    if table.file is WORKOUTS and end:
        # Two activities may begin at once.
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
    except BadCell as complaint:
        raise table.refuse(row.line, key, str(complaint)) from None


def _refuse_backwards(table: Table, row: Row, key: str, earlier: str) -> None:
    end, start = row.values.get(key), row.values.get(earlier)
    if isinstance(end, dt.datetime) and isinstance(start, dt.datetime) and end < start:
        raise table.refuse(row.line, key, f"is before {earlier}")


def _refuse_far_sleep(table: Table, row: Row) -> None:
    start = row.values["cycle_start_time"]
    for key in ("sleep_onset", "wake_onset"):
        time = row.values.get(key)
        if isinstance(time, dt.datetime) and isinstance(start, dt.datetime) and not FROM <= time - start <= TO:
            raise table.refuse(row.line, key, "is days away from cycle_start_time")


def _minute(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def _time(moment: dt.datetime) -> str:
    """UTC as WHOOP's API writes it; a wall clock as the export does."""
    if moment.tzinfo is None:
        return moment.isoformat(sep=" ")
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
