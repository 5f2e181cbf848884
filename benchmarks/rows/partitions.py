"""Compare ten teams in one table with ten teams in 16 partitions by integration; see docs/reference/growth.md."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import Engine

from benchmarks.result import Row, in_turn
from benchmarks.rows.growth import day, filled
from benchmarks.setup import NAME
from wearables.core.settings import SQL_DIR

TEAMS, ATHLETES, DAYS, PARTITIONS = 10, 100, 730, 16
TABLES = {"0001_create_raw": "raw.records", "0005_create_days": "analytics.days"}
COPIES = """
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select 'team_' || team, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at,
    run_id
from raw.records, generate_series(2, %(teams)s) as team
where integration = %(name)s;
insert into analytics.days
select copy.*
from analytics.days, generate_series(2, %(teams)s) as team,
    jsonb_populate_record(days, jsonb_build_object('integration', 'team_' || team)) as copy
where days.integration = %(name)s
"""


def run(quick: bool) -> list[Row]:
    """Compare the transform of one team's day on two servers, with and without partitions."""
    athletes = 5 if quick else ATHLETES
    with (
        _teams(athletes) as (plain, rows),
        tempfile.TemporaryDirectory() as folder,
        _partitioned(Path(folder)),
        _teams(athletes) as (partitioned, _),
    ):
        results = [
            (what, *in_turn(*(day(engine, stale=stale) for engine in (plain, partitioned))))
            for what, stale in (("transform of a day of one team", True), ("rerun of that day", False))
        ]
    return [
        Row(
            f"{what}, {PARTITIONS} partitions by integration",
            "one table",
            "(no target)",
            f"{in_partitions / in_one:.2f} times as long ({in_partitions * 1000:.0f} ms)",
            True,
            f"{TEAMS} teams of {athletes}; {rows:,} metric rows",
        )
        for what, in_one, in_partitions in results
    ]


@contextmanager
def _teams(athletes: int) -> Iterator[tuple[Engine, int]]:
    """Start a warehouse with the measured team and nine copies of it. Yield its engine and number of metric rows."""
    with filled(athletes, DAYS) as (engine, rows):
        with engine.begin() as connection:
            connection.exec_driver_sql(COPIES, {"name": NAME, "teams": TEAMS})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze")
        yield engine, rows * TEAMS


@contextmanager
def _partitioned(folder: Path) -> Iterator[None]:
    """Replace the migrations of both tables with ones that partition them. All other SQL stays the same."""
    shutil.copytree(SQL_DIR / "schema", folder / "schema")
    for name, table in TABLES.items():
        path = folder / "schema" / "migrations" / f"{name}.sql"
        before, after = path.read_text().split(f"create table {table} (", 1)
        columns, rest = after.split("\n);", 1)
        parts = "".join(
            f"create table {table}_{part} partition of {table} "
            f"for values with (modulus {PARTITIONS}, remainder {part});\n"
            for part in range(PARTITIONS)
        )
        path.write_text(f"{before}create table {table} ({columns}\n) partition by hash (integration);\n{parts}{rest}")
    with patch("wearables.core.schema.SQL_DIR", folder):
        yield
