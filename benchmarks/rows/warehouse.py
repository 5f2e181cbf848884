"""Measure queries on millions of metric rows, such as a squad's morning or season, and the pages that show them."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from benchmarks.result import Row, in_turn, seconds
from benchmarks.setup import NAME, fresh_warehouse, migrate_airflow, pages_client
from wearables.core.warehouse import run_sql
from wearables.pipeline.transform import recompute

SQUAD_SIZE = 40
RECORDS = """
with nights as (
    select
        athlete.id as athlete_id,
        athlete.id * 10000 + day.number as number,
        date '2026-06-01' - day.number + time '22:00' at time zone 'utc' as began,
        random() as a,
        random() as b
    from generate_series(1, %(athletes)s) as athlete (id)
    cross join generate_series(1, %(days)s) as day (number)
)

insert into raw.records (
    integration, collection, athlete_id, record_id, payload, started_at, ended_at, source_updated_at, pulled_at, run_id
)
select
    %(name)s, record.collection, athlete_id, number,
    jsonb_build_object(
        'id', number, 'cycle_id', number, 'sleep_id', number::text, 'user_id', athlete_id, 'score_state', 'SCORED',
        'timezone_offset', 'Z', 'nap', false, 'score', record.score
    ),
    case when record.collection <> 'recovery' then began end,
    case when record.collection <> 'recovery' then began + record.duration end,
    began, began, 'history'
from nights
cross join lateral (
    values
    (
        'cycle', interval '1 day',
        jsonb_build_object('strain', 20 * a, 'kilojoule', 15000 * b, 'average_heart_rate', 60, 'max_heart_rate', 180)
    ),
    (
        'recovery', null,
        jsonb_build_object(
            'recovery_score', 100 * a, 'resting_heart_rate', 45 + 10 * b, 'hrv_rmssd_milli', 40 + 60 * a,
            'spo2_percentage', 97, 'skin_temp_celsius', 33 + b
        )
    ),
    (
        'sleep', interval '8 hours',
        jsonb_build_object(
            'respiratory_rate', 14 + a, 'sleep_performance_percentage', 80, 'sleep_consistency_percentage', 70,
            'sleep_efficiency_percentage', 90,
            'stage_summary', jsonb_build_object(
                'total_light_sleep_time_milli', 12000000 + 4000000 * b, 'total_slow_wave_sleep_time_milli', 5000000,
                'total_rem_sleep_time_milli', 5000000, 'total_awake_time_milli', 1000000,
                'total_in_bed_time_milli', 28000000, 'sleep_cycle_count', 5, 'disturbance_count', 9
            ),
            'sleep_needed', jsonb_build_object(
                'baseline_milli', 27000000, 'need_from_sleep_debt_milli', 1000000, 'need_from_recent_strain_milli', 0,
                'need_from_recent_nap_milli', 0
            )
        )
    )
) as record (collection, duration, score)
"""
QUEUE = """
insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
select integration, athlete_id, collection, array_agg(record_id) from raw.records group by 1, 2, 3
"""
ATHLETES = """
insert into ops.athletes (integration, athlete_id, first_name, last_name, squad)
select %(name)s, id, 'A', id, 'squad ' || id / 40 from generate_series(1, %(athletes)s) as athlete (id)
"""
# Queries, and the target in seconds.
QUERIES = {
    "one athlete's year of one metric": (
        "select metric_date, value from analytics.metrics "
        "where integration = 'bench' and athlete_id = 7 and metric = 'recovery'",
        0.05,
    ),
    "days and trends of a squad, one morning": (
        "select * from analytics.athlete_days join analytics.trends using (integration, athlete_id, metric_date) "
        "where integration = 'bench' and athlete_id between 1 and 40 and metric_date = '2026-06-01'",
        0.05,
    ),
    "flags of that squad, the same morning": (
        "select count(*) from analytics.flags "
        "where integration = 'bench' and athlete_id between 1 and 40 and metric_date = '2026-06-01'",
        0.05,
    ),
    "reasons of that squad, the same morning": (
        "select count(reason) from analytics.coverage "
        "where integration = 'bench' and athlete_id between 1 and 40 and metric_date = '2026-06-01'",
        0.05,
    ),
    "the season's trends of a squad of 40": (
        "select * from analytics.trends where integration = 'bench' and athlete_id between 1 and 40",
        1.0,
    ),
}


PAGES = {
    "the board of a squad of 40": "board?date=2026-06-01&squad=squad+1",
    "the board of all athletes": "board?date=2026-06-01",
    "an athlete's page": "athletes/47?until=2026-06-01",
    "a chart on that page": "athletes/47/charts/heart-rate-variability.svg?until=2026-06-01",
}
PAGE_SECONDS = 0.5


def run(quick: bool) -> list[Row]:
    """Measure every query and every page on one warehouse."""
    athletes, days = (2 * SQUAD_SIZE, 60) if quick else (600, 365)
    migrate_airflow()
    with fresh_warehouse() as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql(RECORDS, {"name": NAME, "athletes": athletes, "days": days})
            connection.exec_driver_sql(ATHLETES, {"name": NAME, "athletes": athletes})
        with engine.begin() as connection:
            run_sql(connection, "pipeline/stage/analyze")
            connection.exec_driver_sql(QUEUE)
            recompute(connection, NAME, "history")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum analyze")
            rows = connection.exec_driver_sql("select count(*) from analytics.metrics").scalar_one()
        taken = in_turn(*(_query(engine, query) for query, _ in QUERIES.values()))
        client = pages_client()
        taken += in_turn(*(_page(client, path) for path in PAGES.values()))
    note = f"{athletes} athletes; {rows:,} metric rows in the table"
    targets = {name: target for name, (_, target) in QUERIES.items()} | dict.fromkeys(PAGES, PAGE_SECONDS)
    return [
        Row(what, "-", f"<= {target * 1000:.0f} ms", f"{took * 1000:.1f} ms", took <= target, note)
        for (what, target), took in zip(targets.items(), taken, strict=True)
    ]


def _query(engine: Engine, query: str) -> Callable[[], float]:
    def measure() -> float:
        with engine.connect() as connection:

            def execute() -> Any:
                return connection.exec_driver_sql(query).all()

            assert execute()
            return seconds(execute)

    return measure


def _page(client: Any, path: str) -> Callable[[], float]:
    address = f"/integrations/{NAME}/{path}"
    client.get(address).raise_for_status()
    return lambda: seconds(lambda: client.get(address).raise_for_status())
