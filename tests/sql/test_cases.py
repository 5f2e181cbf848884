"""SQL cases, kept as data: one folder per rule, holding what WHOOP sent and the rows that must result.

``raw.json`` is a list of pulls; the transform runs after each of them. A pull is a list of records as WHOOP sends
them, with three keys of our own: ``collection``, ``integration`` (default ``team``) and ``deleted`` (WHOOP no longer
returns the record). ``user_id`` defaults to 1 and ``score_state`` to SCORED.

``repeat: n`` expands a record to n consecutive days and appends the day's number to its ids. A list among its scores
supplies one value per day, cycling through the list.

``tables.json`` (optional) holds rows of other tables, such as consents and slices. ``DEFAULTS`` fills the columns that
a row omits.

``expected.json`` maps each relation to all the rows it must contain. For a view in schema ``analytics``, the test
compares the columns that the first expected row names, rounded. ``{"where": ..., "rows": [...]}`` compares only the
matching rows.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from wearables.core.warehouse import transaction
from wearables.pipeline.transform import recompute

CASES = sorted(path for path in (Path(__file__).parent / "cases").iterdir() if path.is_dir())
METRICS = ("athlete_id", "metric_date", "metric", "value", "is_provisional")
COLUMNS = {
    "metrics": ("analytics.metrics", METRICS),
    "metrics_by_integration": ("analytics.metrics", ("integration", *METRICS)),
    "sources": ("analytics.metrics", ("metric_date", "metric", "unit", "source_record_id")),
    "origins": ("analytics.metrics", ("metric_date", "metric", "value", "source")),
    "survey": ("analytics.survey_responses", ("response_date", "question", "answer")),
    "quarantine": ("ops.quarantine", ("athlete_id", "collection", "record_id", "reason")),
    "cycle_days": ("analytics.cycle_days", ("cycle_id", "metric_date", "main_sleep_id", "sleep_ids")),
    "sleeps": ("analytics.sleeps", ()),
    "workouts": ("analytics.workouts", ()),
}
ROUNDED_DIGITS = 6
DEFAULTS = {
    "ops.athletes": {"integration": "team", "athlete_id": 1, "first_name": "A", "last_name": "B"},
    "vault.grants": {
        "integration": "team",
        "athlete_id": 1,
        "access_token": "",
        "refresh_token": "",
        "expires_at": "2026-01-01Z",
        "scopes": "",
    },
    "ops.runs": {
        "integration": "team",
        "run_id": "run-0",
        "run_type": "manual",
        "state": "complete",
    },
    "ops.slices": {"integration": "team", "run_id": "run-0", "athlete_id": 1, "chunk_number": 0, "state": "staged"},
}
INSERT = """
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
values (
    %(integration)s, %(collection)s, %(athlete_id)s, %(record_id)s, %(payload)s, %(started_at)s, %(ended_at)s,
    now(), now(), %(run_id)s
)
"""
SUPERSEDE = "update raw.records set superseded_at = now() where superseded_at is null and "
DELETE = "update raw.records set deleted_at = now() where superseded_at is null and "
KEY = (
    "integration = %(integration)s and collection = %(collection)s and athlete_id = %(athlete_id)s "
    "and record_id = %(record_id)s"
)
QUEUE = """
insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
values (%(integration)s, %(athlete_id)s, %(collection)s, array[%(record_id)s])
"""


@pytest.mark.parametrize("case", CASES, ids=[path.name for path in CASES])
def test_case(case: Path, warehouse_engine: Engine) -> None:
    if (case / "tables.json").exists():
        with transaction(warehouse_engine) as connection:
            for table, table_rows in read(case / "tables.json").items():
                for row in table_rows:
                    insert(connection, table, DEFAULTS[table] | row)
    for number, pull in enumerate(read(case / "raw.json")):
        records = [repetition for record in pull for repetition in expand(record)]
        with transaction(warehouse_engine) as connection:
            integrations = {store(connection, record, f"run-{number}") for record in records}
        for integration in sorted(integrations):
            with transaction(warehouse_engine) as connection:
                recompute(connection, integration, f"run-{number}")
    expected = read(case / "expected.json")
    with transaction(warehouse_engine) as connection:
        assert {name: actual_rows(connection, name, rows) for name, rows in expected.items()} == {
            name: sort(rows["rows"] if isinstance(rows, dict) else rows) for name, rows in expected.items()
        }


def insert(connection: Connection, table: str, row: dict) -> None:
    values = ", ".join(f"%({column})s" for column in row)
    connection.exec_driver_sql(f"insert into {table} ({', '.join(row)}) values ({values})", row)


def expand(record: dict) -> list[dict]:
    """Return the record, or its repetitions on consecutive days."""
    count = record.get("repeat")
    return [repetition({**record}, number) for number in range(count)] if count else [record]


def repetition(record: dict, number: int) -> dict:
    del record["repeat"]
    for name in ("start", "end"):
        if record.get(name):
            time = dt.datetime.fromisoformat(record[name]) + dt.timedelta(days=number)
            record[name] = time.isoformat().replace("+00:00", "Z")
    for name in ("id", "cycle_id", "sleep_id"):
        if isinstance(record.get(name), int):
            record[name] += number
        elif record.get(name):
            record[name] = f"{record[name]}{number}"
    scores = record.get("score", {})
    record["score"] = {
        name: value[number % len(value)] if isinstance(value, list) else value for name, value in scores.items()
    }
    return record


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def store(connection: Connection, record: dict, run_id: str) -> str:
    """Write a record to raw.records as staging would, and queue it. Return its integration."""
    payload = {"user_id": 1, "score_state": "SCORED"} | record
    is_deleted = payload.pop("deleted", False)
    collection = payload.pop("collection")
    row = {
        "integration": payload.pop("integration", "team"),
        "collection": collection,
        "athlete_id": payload["user_id"],
        "record_id": str(payload["cycle_id" if collection == "recovery" else "id"]),
        "payload": json.dumps(payload),
        "started_at": payload.get("start"),
        "ended_at": payload.get("end"),
        "run_id": run_id,
    }
    if is_deleted:
        connection.exec_driver_sql(DELETE + KEY, row)
    else:
        connection.exec_driver_sql(SUPERSEDE + KEY, row)
        connection.exec_driver_sql(INSERT, row)
    connection.exec_driver_sql(QUEUE, row)
    return row["integration"]


def actual_rows(connection: Connection, name: str, expected: Any) -> list[dict]:
    """Return the warehouse's rows in the shape of the expected ones."""
    part = expected if isinstance(expected, dict) else {"where": "true", "rows": expected}
    relation, columns = COLUMNS.get(name) or (
        f"analytics.{name}",
        tuple(part["rows"][0] if part["rows"] else ["metric_date"]),
    )
    query = f"select {', '.join(columns) or '*'} from {relation} where {part['where']}".replace("%", "%%")
    rows = connection.exec_driver_sql(query).mappings()
    convert = plain if name in COLUMNS else rounded
    return sort([{column: convert(value) for column, value in row.items()} for row in rows])


def rounded(value: Any) -> Any:
    return round(value, ROUNDED_DIGITS) if isinstance(value, float) else plain(value)


def plain(value: Any) -> Any:
    """Return a date or a time as ISO text (a time with a zone in UTC), anything else unchanged."""
    if isinstance(value, dt.datetime) and value.tzinfo:
        value = value.astimezone(dt.UTC)
    return value.isoformat() if isinstance(value, dt.date) else value


def sort(rows: list[dict]) -> list[dict]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
