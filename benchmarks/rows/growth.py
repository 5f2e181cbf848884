"""The day's transform and a rerun must not notice how much history lies in the tables."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine

from benchmarks.ground import fresh_warehouse
from benchmarks.row import REPEATS, Row, in_turn, seconds
from wearables.whoop.transform import recompute

LESS, MORE = 365, 3650
TARGET_DAY, TARGET_RERUN = 1.3, 1.1
RECORDS = """
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    %(name)s, 'cycle', athlete.id, athlete.id * 10000 + day.number,
    jsonb_build_object(
        'id', athlete.id * 10000 + day.number, 'user_id', athlete.id, 'score_state', 'SCORED', 'timezone_offset', 'Z',
        'score', jsonb_build_object('strain', 10, 'kilojoule', 9000, 'average_heart_rate', 60, 'max_heart_rate', 180)
    ),
    day.began, day.began + interval '1 day', day.began, day.began, 'history'
from generate_series(1, %(athletes)s) as athlete (id)
cross join lateral (
    select number, date '2026-06-01' - number + time '22:00' at time zone 'utc' as began
    from generate_series(1, %(days)s) as number
) as day
"""
QUEUE = """
insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
select %(name)s, athlete_id, 'cycle', array_agg(record_id)
from raw.records where integration = %(name)s and right(record_id, 4)::integer <= %(days)s
group by athlete_id
"""
STALE = "update analytics.metrics set value = 1 where integration = %(name)s and metric_date >= date '2026-05-31'"


def run(quick: bool) -> list[Row]:
    """One server, two integrations: a year of history, and ten."""
    athletes = 20 if quick else 300
    with fresh_warehouse() as engine:
        for name, days in (("less", LESS), ("more", MORE)):
            _fill(engine, name, athletes, days)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze")
            rows = connection.exec_driver_sql("select count(*) from analytics.metrics").scalar_one()
        less, more = in_turn(*(_day(engine, name, stale=True) for name in ("less", "more")))
        quiet_less, quiet_more = in_turn(*(_day(engine, name, stale=False) for name in ("less", "more")))
    note = f"{athletes} athletes; {rows:,} metric rows in the table"
    return [
        Row(
            f"transform of a day of {athletes} athletes, ten years in the tables",
            "one year",
            f"<= {TARGET_DAY}",
            f"{more / less:.2f} ({more:.2f} s)",
            more / less <= TARGET_DAY,
            note,
        ),
        Row(
            "rerun of a loaded day, ten years in the tables",
            "one year",
            f"0 rows written, <= {TARGET_RERUN}",
            f"0 rows, {quiet_more / quiet_less:.2f} ({quiet_more:.2f} s)",
            quiet_more / quiet_less <= TARGET_RERUN,
            note,
        ),
    ]


def _fill(engine: Engine, name: str, athletes: int, days: int) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(RECORDS, {"name": name, "athletes": athletes, "days": days})
    with engine.begin() as connection:
        connection.exec_driver_sql(QUEUE, {"name": name, "days": days})
        recompute(connection, name, "history")


def _day(engine: Engine, name: str, *, stale: bool) -> Callable[[], float]:
    """Measures the transform of the last day; ``stale``: every value has changed since, else none has."""

    def measure() -> float:
        taken = []
        for _ in range(REPEATS):
            with engine.begin() as connection:
                if stale:
                    connection.exec_driver_sql(STALE, {"name": name})
                connection.exec_driver_sql(QUEUE, {"name": name, "days": 1})
                taken.append(seconds(lambda connection=connection: _checked(connection, name, stale)))  # type: ignore[misc]
        return min(taken)

    return measure


def _checked(connection: Connection, name: str, stale: bool) -> dict[str, Any]:
    counts = recompute(connection, name, "day")
    written = counts["inserted"] + counts["updated"] + counts["deleted"]
    assert bool(written) == stale
    return counts
