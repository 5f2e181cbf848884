"""Measure whether the transform and the rerun of a day take longer when the tables contain more history."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import Engine

from benchmarks.result import REPEATS, Row, in_turn, seconds
from benchmarks.setup import NAME, fresh_warehouse
from wearables.core.metrics import catalogue
from wearables.pipeline.transform import recompute

LESS, MORE = 365, 3650
# With the four metrics of the cycle, 14 a day: 1,000 athletes have 5 million rows after one year, 51 million after ten.
OTHER_METRICS = 10
TARGET_DAY, TARGET_RERUN = 1.1, 1.1
DAYS = """
create temporary table history as
select
    athlete.id as athlete_id,
    (athlete.id * 10000 + day.number)::text as cycle_id,
    date '2026-06-01' - day.number as metric_date,
    (date '2026-05-31' - day.number + time '22:00') at time zone 'utc' as began
from generate_series(1, %(days)s) as day (number)
cross join generate_series(1, %(athletes)s) as athlete (id)
"""
RECORDS = """
insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    %(name)s, 'cycle', athlete_id, cycle_id,
    jsonb_build_object(
        'id', cycle_id::bigint, 'user_id', athlete_id, 'score_state', 'SCORED', 'timezone_offset', 'Z',
        'score', jsonb_build_object('strain', 10, 'kilojoule', 9000, 'average_heart_rate', 60, 'max_heart_rate', 180)
    ),
    began, began + interval '1 day', began, began, 'history'
from history
"""
CYCLE_DAYS = """
insert into analytics.cycle_days (integration, athlete_id, cycle_id, metric_date, cycle_started_at, sleep_ids)
select %(name)s, athlete_id, cycle_id, metric_date, began, '{}' from history
"""
CYCLE_METRICS = {"day_strain": 10, "energy": 9000, "average_heart_rate": 60, "max_heart_rate": 180}
# Values of every day except the last one, whose values the transform computes.
VALUES = """
insert into analytics.days (
    integration, athlete_id, metric_date, is_provisional, cycle_id, is_cycle_open, cycle_state, timezone_offset, {names}
)
select %(name)s, athlete_id, metric_date, false, cycle_id, false, 'complete', 'Z', {values}
from history
where metric_date < date '2026-05-31'
"""
QUEUE = """
insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
select %(name)s, athlete_id, 'cycle', array_agg(record_id)
from raw.records
where integration = %(name)s and started_at = timestamptz '2026-05-30 22:00 utc'
group by athlete_id
"""
STALE = """
update analytics.days set day_strain = 1, energy = 1, average_heart_rate = 1, max_heart_rate = 1
where integration = %(name)s and metric_date = date '2026-05-31'
"""


def run(quick: bool) -> list[Row]:
    """Compare two servers: one has a year of history, the other ten years."""
    athletes = 20 if quick else 1000
    with filled(athletes, LESS) as (less, fewer), filled(athletes, MORE) as (more, rows):
        day_less, day_more = in_turn(*(day(engine, stale=True) for engine in (less, more)))
        quiet_less, quiet_more = in_turn(*(day(engine, stale=False) for engine in (less, more)))
    note = f"{athletes:,} athletes; {fewer:,} and {rows:,} metric rows"
    return [
        Row(
            f"transform of a day of {athletes:,} athletes, ten years in the tables",
            "one year",
            f"<= {TARGET_DAY}",
            f"{day_more / day_less:.2f} ({day_more:.2f} s)",
            day_more / day_less <= TARGET_DAY,
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


@contextmanager
def filled(athletes: int, days: int) -> Iterator[tuple[Engine, int]]:
    """Start a warehouse with this much history. Yield its engine and the number of its metric rows."""
    with ExitStack() as stack:
        engine = stack.enter_context(fresh_warehouse())
        with engine.begin() as connection:
            # Skip the checks of foreign keys while filling the tables.
            connection.exec_driver_sql("set local session_replication_role = replica")
            connection.exec_driver_sql(DAYS, {"athletes": athletes, "days": days})
            for statement in (RECORDS, CYCLE_DAYS, _values()):
                connection.exec_driver_sql(statement, {"name": NAME})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze")
            rows = connection.exec_driver_sql("select count(*) from analytics.metrics").scalar_one()
        _recomputed(engine, expect_changes=True)
        yield engine, rows


def _values() -> str:
    others = [name for name in catalogue().names() if name not in CYCLE_METRICS][:OTHER_METRICS]
    values = CYCLE_METRICS | dict.fromkeys(others, 1)
    return VALUES.format(names=", ".join(values), values=", ".join(map(str, values.values())))


def day(engine: Engine, *, stale: bool) -> Callable[[], float]:
    """Return a measurement of the last day's transform. If ``stale``, every value must change, else none."""

    def measure() -> float:
        taken = []
        for _ in range(REPEATS):
            if stale:
                with engine.begin() as connection:
                    connection.exec_driver_sql(STALE, {"name": NAME})
            taken.append(_recomputed(engine, expect_changes=stale))
        return min(taken)

    return measure


def _recomputed(engine: Engine, *, expect_changes: bool) -> float:
    with engine.begin() as connection:
        connection.exec_driver_sql(QUEUE, {"name": NAME})
    with engine.begin() as connection:
        counts: dict[str, Any] = {}
        taken = seconds(lambda: counts.update(recompute(connection, NAME, "day")))
    written = counts["inserted"] + counts["updated"] + counts["deleted"]
    assert bool(written) == expect_changes, counts
    return taken
