"""Compare staging with the least that it requires: COPY into a temporary table and one upsert."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from benchmarks.result import Row, in_turn, seconds
from benchmarks.setup import NAME, empty, fresh_warehouse
from wearables.core.integrations import Integration
from wearables.core.warehouse import copy_lines, transaction
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import EVERYONE
from wearables.pipeline.landing import Landing, Manifest
from wearables.pipeline.plan import Chunk, Plan, save_plan
from wearables.pipeline.slices import PlannedSlice, Slice, begin, land, plan_slices
from wearables.pipeline.stage import stage
from wearables_dev.sandbox import World

ATHLETES = 100
NEW_TARGET, UNCHANGED_TARGET = 1.3, 2.0
END = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
CHUNK = TimeRange(END - dt.timedelta(days=28), END)
BARE = "drop table if exists bare_records; create table bare_records (like raw.records including indexes)"
# Write the same rows, but fill only the columns that raw.records requires.
UPSERT = """
insert into bare_records as known (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    'bench', {collection}, (payload ->> 'user_id')::bigint, coalesce(payload ->> 'id', payload ->> 'cycle_id'), payload,
    (payload ->> 'start')::timestamptz, (payload ->> 'end')::timestamptz, (payload ->> 'updated_at')::timestamptz,
    now(), 'bare'
from bare
on conflict (integration, athlete_id, collection, record_id) where superseded_at is null do update
set payload = excluded.payload, source_updated_at = excluded.source_updated_at, pulled_at = excluded.pulled_at
"""
COPY = r"copy bare (payload) from stdin (format csv, delimiter e'\x02', quote e'\x01')"


def run(quick: bool) -> list[Row]:
    """Measure new records, and then the same records again."""
    records = 20_000 if quick else 200_000
    integration = Integration(name=NAME, connection=NAME)
    with fresh_warehouse() as engine:
        landings = land_workouts(records)

        def new() -> float:
            empty(engine)
            return _stage(engine, integration, landings, "new")

        def bare() -> float:
            with engine.begin() as connection:
                connection.exec_driver_sql(BARE)
            return seconds(lambda: upsert(engine, [landing for _, landing in landings], "'workout'"))

        def unchanged() -> float:
            return _stage(engine, integration, landings, "again")

        bare_seconds, new_seconds, again_seconds = in_turn(bare, new, unchanged)
    return [
        Row(
            f"stage: {records:,} new records",
            "COPY and one upsert of the same rows, same indexes",
            f"<= {NEW_TARGET}",
            f"{new_seconds / bare_seconds:.2f} ({records / new_seconds:,.0f} records/s)",
            new_seconds / bare_seconds <= NEW_TARGET,
        ),
        Row(
            f"stage: {records:,} unchanged records",
            "staging them as new",
            f">= {UNCHANGED_TARGET} times faster",
            f"{new_seconds / again_seconds:.2f}",
            new_seconds / again_seconds >= UNCHANGED_TARGET,
        ),
    ]


def land_workouts(records: int) -> list[tuple[Slice, Landing]]:
    """Write landing files of ``ATHLETES`` athletes as extract does."""
    (template,) = (record.payload for record in World(athletes=1, days=20).records[4_300_000_001, "workout"][:1])
    landings = []
    for athlete_id in range(1, ATHLETES + 1):
        slice_ = Slice(NAME, "new", CHUNK, athlete_id, "workout")
        landing = Landing.at(NAME, "run", CHUNK.label, str(athlete_id), "workout")
        with landing.writer() as writer:
            for line in _workouts(template, athlete_id, records // ATHLETES):
                writer.write(line)
        landing.commit(
            Manifest(
                integration=NAME,
                run_id="new",
                athlete_id=athlete_id,
                collection="workout",
                chunk_start=CHUNK.start.isoformat(),
                chunk_end=CHUNK.end.isoformat(),
                pages=1,
                records=writer.records,
                rejected=0,
                requests=1,
                waited_seconds=0,
                seconds=0,
                sha256=writer.sha256,
            )
        )
        landings.append((slice_, landing))
    return landings


def _workouts(template: dict[str, Any], athlete_id: int, count: int) -> Iterator[bytes]:
    for number in range(count):
        start = CHUNK.start + dt.timedelta(seconds=number * 600 % 2_000_000)
        times = {"start": start, "end": start + dt.timedelta(minutes=9), "updated_at": END}
        changes = {name: time.isoformat() for name, time in times.items()}
        payload = template | changes | {"id": f"{athlete_id}-{number}", "user_id": athlete_id}
        yield json.dumps(payload, separators=(",", ":")).encode()


def _stage(engine: Any, integration: Integration, landings: list[tuple[Slice, Landing]], run_id: str) -> float:
    athletes = [slice_.athlete_id for slice_, _ in landings]
    with transaction(engine) as connection:
        connection.exec_driver_sql("delete from ops.slices where run_id = %(run_id)s", {"run_id": run_id})
        connection.exec_driver_sql("delete from ops.runs where run_id = %(run_id)s", {"run_id": run_id})
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name) "
            "select %(name)s, unnest(%(athletes)s::bigint []), 'A', 'B' "
            "on conflict (integration, athlete_id) do nothing",
            {"name": NAME, "athletes": athletes},
        )
        plan = Plan(NAME, run_id, "manual", CHUNK)
        save_plan(connection, plan)
        plan_slices(connection, plan, [PlannedSlice(athlete_id, "workout", 0, CHUNK) for athlete_id in athletes])
        for slice_, landing in landings:
            run_slice = Slice(NAME, run_id, CHUNK, slice_.athlete_id, "workout")
            manifest = landing.manifest()
            assert manifest
            begin(connection, [run_slice], [landing.url])
            land(connection, run_slice.run, [manifest])
    return seconds(lambda: stage(integration, run_id, Chunk(0, CHUNK, EVERYONE)))


def upsert(engine: Any, landings: list[Landing], collection: str) -> None:
    """COPY into a temporary table and upsert once; ``collection`` is a SQL expression."""
    with transaction(engine) as connection:
        connection.exec_driver_sql("create temporary table bare (payload jsonb) on commit drop")
        copy_lines(connection, COPY, (line for landing in landings for line in landing.lines(landing.manifest())))
        connection.exec_driver_sql(UPSERT.format(collection=collection))
