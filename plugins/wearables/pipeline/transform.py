"""Bring the tables of ``analytics`` up to date with ``raw.records``, in one transaction."""

import logging

from sqlalchemy import Connection

from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline.batches import Batch
from wearables.pipeline.plan import chunks_of, read_plan
from wearables.pipeline.survey import remove_unlisted

log = logging.getLogger(__name__)

# Files of include/sql/pipeline/transform, in this order, before quarantine, metrics and analyze. The header of each
# names its inputs and outputs.
STEPS = (
    "touched",
    "affected_cycles",
    "dated_cycles",
    "affected_days",
    "cycle_days",
    "affected_export_days",
    "day_records",
    "day_values",
    "days_with_export",
    "export_cycles",
    "export_naps",
    "export_workouts",
    "export_values",
    "survey",
    "day_states",
    "fresh_days",
    "days",
    "rolling_dates",
    "rolling_inputs",
    "rolling_week",
    "rolling_month",
    "rolling_season",
    "rolling",
)
COUNTS = ("records", "days", "inserted", "updated", "deleted", "quarantined")


def transform(integration: Integration, run_id: str) -> dict[str, int]:
    """Recompute the days of every record that changed since the last transform; return counts."""
    with transaction(warehouse()) as connection:
        run_sql(connection, "pipeline/stage/lock", integration=integration.name)
        remove_unlisted(connection, integration)
        counts = recompute(connection, integration.name, run_id)
    log.info("transformed %s", " ".join(f"{name}={count}" for name, count in counts.items()))
    return counts


def transform_before_catch_up(integration: Integration, run_id: str, batch: Batch) -> None:
    """Transform the newest chunk of a scheduled run at once, if it would otherwise wait for older chunks."""
    if batch.first_chunk > 0:
        return
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        chunks = chunks_of(connection, plan)
    if any(plan.is_catch_up(each.number) for each in chunks):
        transform(integration, run_id)


def window(integration: Integration, run_id: str) -> dict[str, str]:
    """Return the start and end of the run's window in ISO format."""
    with transaction(warehouse()) as connection:
        covered = read_plan(connection, integration.name, run_id).window
    return {"window_start": covered.start.isoformat(), "window_end": covered.end.isoformat()}


def recompute(connection: Connection, integration: str, run_id: str) -> dict[str, int]:
    """Recompute the queued days in the transaction of ``connection``; answers to unlisted questions stay."""
    for step in STEPS:
        run_sql(connection, f"pipeline/transform/{step}", integration=integration, run_id=run_id)
    quarantined = run_sql(connection, "pipeline/transform/quarantine", integration=integration, run_id=run_id).rowcount
    written = run_sql(connection, "pipeline/transform/metrics", integration=integration).one()
    run_sql(connection, "pipeline/transform/analyze")
    return dict(zip(COUNTS, (*written, quarantined), strict=True))
