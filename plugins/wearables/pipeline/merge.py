"""Merge the rows of ``landed`` into ``raw.records`` and complete the pull log."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange
from wearables.pipeline.plan import Plan


def merge(
    connection: Connection, plan: Plan, chunk: TimeRange, slices: Sequence[Row], complete: Sequence[Row]
) -> list[Row]:
    """Insert new and changed records, mark deleted ones, and complete the pull log of ``slices``.

    ``complete`` are the slices in which a missing record counts as deleted. Return one row of counts per slice.
    """
    run_sql(connection, "pipeline/stage/incoming", integration=plan.integration)
    if run_sql(connection, "pipeline/stage/differences", integration=plan.integration).rowcount:
        run_sql(connection, "pipeline/stage/supersede", integration=plan.integration)
    run_sql(connection, "pipeline/stage/insert", **plan.run)
    run_sql(connection, "pipeline/stage/analyze")
    period = {"chunk_start": chunk.start, "chunk_end": chunk.end}
    if run_sql(connection, "pipeline/stage/absences", **plan.run, **_keys(complete), **period).scalar_one():
        run_sql(connection, "pipeline/stage/delete", **plan.run, **_keys(complete))
    outcome = run_sql(connection, "pipeline/stage/outcome", **plan.run, **_keys(slices), chunk_start=chunk.start)
    return list(outcome.all())


def _keys(slices: Sequence[Row]) -> dict[str, list]:
    return {"athletes": [each.athlete_id for each in slices], "collections": [each.collection for each in slices]}
