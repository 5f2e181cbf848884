"""Bring the tables of ``analytics`` up to date with ``raw.records``, in one transaction."""

import logging

from sqlalchemy import Connection, CursorResult

from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline.batches import Batch
from wearables.pipeline.plan import chunks_of, read_plan
from wearables.pipeline.survey import remove_unlisted

log = logging.getLogger(__name__)

# Files of include/sql/pipeline/transform. The header of each names its inputs and outputs.
DATES = ("affected_cycles", "dated_cycles", "affected_days", "cycle_days")
EXPORTS = ("export_cycles", "export_naps", "export_workouts", "export_values", "export_days")
ROLLING = ("rolling_dates", "rolling_inputs", "rolling")
# The collections of an export. Survey answers come from `journal`, and their dates from `export_cycle`.
EXPORTED = {"export_cycle", "export_sleep", "export_workout", "journal"}
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

    def run(*steps: str) -> CursorResult:
        """Run the steps and return the result of the last one."""
        for step in steps:
            result = run_sql(connection, f"pipeline/transform/{step}", integration=integration, run_id=run_id)
        return result

    collections = set(run("touched").scalars())
    run(*DATES)
    if collections & EXPORTED:
        run("affected_export_days", "survey")
    quarantined = run("quarantine").rowcount if run("fresh_days").scalar() else 0
    # The rows of an export also count on the days that records of the API have changed.
    if run("days_with_export").rowcount:
        quarantined += run(*EXPORTS, "quarantine_exports").rowcount
    written = run("days").one()
    run(*ROLLING, "analyze")
    return dict(zip(COUNTS, (*written, quarantined), strict=True))
