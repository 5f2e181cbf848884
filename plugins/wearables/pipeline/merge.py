"""Merge the rows of ``landed`` into ``raw.records`` and complete the pull log."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql
from wearables.pipeline.plan import Plan


def merge(connection: Connection, plan: Plan, complete: Sequence[Row]) -> list[Row]:
    """Insert new and changed records, mark deleted ones, and complete the pull log of the slices in ``staging``.

    ``complete`` are the slices in which a missing record counts as deleted. Return one row of counts per slice.
    """
    numbers = [each.slice_number for each in complete]
    run_sql(connection, "pipeline/stage/complete", integration=plan.integration, slice_numbers=numbers)
    run_sql(connection, "pipeline/stage/incoming", integration=plan.integration)
    if run_sql(connection, "pipeline/stage/differences", integration=plan.integration).rowcount:
        run_sql(connection, "pipeline/stage/supersede", integration=plan.integration)
    run_sql(connection, "pipeline/stage/insert", **plan.run)
    run_sql(connection, "pipeline/stage/analyze")
    if run_sql(connection, "pipeline/stage/absences", **plan.run).scalar_one():
        run_sql(connection, "pipeline/stage/delete", **plan.run)
    run_sql(connection, "pipeline/stage/cover", **plan.run)
    return list(run_sql(connection, "pipeline/stage/outcome", **plan.run).all())
