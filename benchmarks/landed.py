"""Landing files for the benchmarks of staging. No other benchmark builds chunks and slices or opens landing files."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.result import seconds
from benchmarks.setup import NAME
from wearables.core.integrations import Integration
from wearables.core.warehouse import copy_lines, transaction
from wearables.core.windows import TimeRange
from wearables.pipeline.answer import Answer
from wearables.pipeline.batches import Batch
from wearables.pipeline.landing import Landing, Manifest
from wearables.pipeline.plan import Plan, save_plan
from wearables.pipeline.slices import PlannedSlice, Slice, begin, land, plan_slices
from wearables.pipeline.stage import stage
from wearables_dev.sandbox import World

ATHLETES = 100
END = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
CHUNK = TimeRange(END - dt.timedelta(days=28), END)
EMPTY_TABLE = "drop table if exists bare_records; create table bare_records (like raw.records including indexes)"
# Write the same rows, but fill only the columns that raw.records requires. Only a recovery has a sleep_id, and the ids
# of the other collections never collide.
UPSERT = """
insert into bare_records as known (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    'bench', case when payload ? 'sleep_id' then 'recovery' else 'other' end, (payload ->> 'user_id')::bigint,
    coalesce(payload ->> 'id', payload ->> 'cycle_id'), payload, (payload ->> 'start')::timestamptz,
    (payload ->> 'end')::timestamptz, (payload ->> 'updated_at')::timestamptz, now(), 'bare'
from bare
on conflict (integration, athlete_id, collection, record_id) where superseded_at is null do update
set payload = excluded.payload, source_updated_at = excluded.source_updated_at, pulled_at = excluded.pulled_at
"""
SET_PATH = """
update ops.slices set path = %(path)s
where integration = %(integration)s and run_id = %(run_id)s and athlete_id = %(athlete_id)s
"""
COPY = r"copy bare (payload) from stdin (format csv, delimiter e'\x02', quote e'\x01')"


def bare_upserts(engine: Any, chunks: Iterable[list[str]]) -> float:
    """Return the seconds of one COPY and one upsert for each chunk, given by the paths of its landing files.

    This is the least that staging requires: no history, regressions, deletions, quarantine or pull log.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql(EMPTY_TABLE)
    return seconds(lambda: _upsert(engine, chunks))


def _upsert(engine: Any, chunks: Iterable[list[str]]) -> None:
    for paths in chunks:
        with transaction(engine) as connection:
            connection.exec_driver_sql("create temporary table bare (payload jsonb) on commit drop")
            copy_lines(connection, COPY, (line for path in paths for line in _lines(path)))
            connection.exec_driver_sql(UPSERT)


def _lines(path: str) -> Iterator[bytes]:
    return (line + b"\n" for records in Landing(path).records() for line in records)


def land_workouts(records: int) -> list[str]:
    """Write landing files of ``ATHLETES`` athletes as extract does. Return their paths."""
    (template,) = (record.payload for record in World(athletes=1, days=20).records[4_300_000_001, "workout"][:1])
    return [_land(template, athlete_id, records // ATHLETES) for athlete_id in range(1, ATHLETES + 1)]


def _land(template: dict[str, Any], athlete_id: int, records: int) -> str:
    landing = Landing.at(NAME, "run", CHUNK.label, str(athlete_id), "workout")
    answer = Answer()
    for line in _workouts(template, athlete_id, records):
        answer.add(line)
    landing.commit(
        answer,
        Manifest(
            integration=NAME,
            run_id="new",
            athlete_id=athlete_id,
            collection="workout",
            chunk_start=CHUNK.start.isoformat(),
            chunk_end=CHUNK.end.isoformat(),
            pages=1,
            records=answer.records,
            rejected=0,
            requests=1,
            waited_seconds=0,
            seconds=0,
        ),
    )
    return landing.url


def _workouts(template: dict[str, Any], athlete_id: int, count: int) -> Iterator[bytes]:
    for number in range(count):
        start = CHUNK.start + dt.timedelta(seconds=number * 600 % 2_000_000)
        times = {"start": start, "end": start + dt.timedelta(minutes=9), "updated_at": END}
        changes = {name: time.isoformat() for name, time in times.items()}
        payload = template | changes | {"id": f"{athlete_id}-{number}", "user_id": athlete_id}
        yield json.dumps(payload, separators=(",", ":")).encode()


def stage_workouts(engine: Any, paths: list[str], run_id: str) -> float:
    """Return the seconds in which a run stages the files of ``land_workouts``."""
    with transaction(engine) as connection:
        connection.exec_driver_sql("delete from ops.slices where run_id = %(run_id)s", {"run_id": run_id})
        connection.exec_driver_sql("delete from ops.runs where run_id = %(run_id)s", {"run_id": run_id})
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name) "
            "select %(name)s, generate_series(1, %(athletes)s), 'A', 'B' "
            "on conflict (integration, athlete_id) do nothing",
            {"name": NAME, "athletes": ATHLETES},
        )
        plan = Plan(NAME, run_id, "manual", CHUNK)
        save_plan(connection, plan)
        athlete_ids = range(1, len(paths) + 1)
        plan_slices(connection, plan, [PlannedSlice(athlete_id, "workout", 0, CHUNK) for athlete_id in athlete_ids])
        for athlete_id, path in zip(athlete_ids, paths, strict=True):
            slice_ = Slice(NAME, run_id, CHUNK, athlete_id, "workout")
            manifest = Landing(path).manifest()
            assert manifest
            begin(connection, [slice_])
            land(connection, slice_.run, [manifest])
            # The second run stages the files of the first.
            connection.exec_driver_sql(SET_PATH, {**slice_.run, "athlete_id": athlete_id, "path": path})
    integration = Integration(name=NAME, connection=NAME)
    return seconds(lambda: stage(integration, run_id, Batch(0, 0, CHUNK)))
