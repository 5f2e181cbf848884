"""From ``landed`` into ``raw.records``, set by set; the same for what the API answered and for an export."""

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange


def merge(
    connection: Connection, run: dict[str, str], chunk: TimeRange, slices: list[Row], whole: list[Row]
) -> list[Row]:
    """Bring new and changed records in, mark those that are gone, and complete the pull log of ``slices``.

    ``run`` names integration and run_id; ``whole`` are the slices whose answer tells deletions. Returns the outcome of
    each slice.
    """
    integration = run["integration"]
    run_sql(connection, "pipeline/stage/incoming", integration=integration)
    if run_sql(connection, "pipeline/stage/differences", integration=integration).rowcount:
        run_sql(connection, "pipeline/stage/supersede", integration=integration)
    run_sql(connection, "pipeline/stage/insert", **run)
    run_sql(connection, "pipeline/stage/analyze")
    period = {"chunk_start": chunk.start, "chunk_end": chunk.end}
    if run_sql(connection, "pipeline/stage/absences", **run, **_named(whole), **period).scalar_one():
        run_sql(connection, "pipeline/stage/delete", **run, **_named(whole))
    return list(run_sql(connection, "pipeline/stage/outcome", **run, **_named(slices), chunk_start=chunk.start).all())


def _named(slices: list[Row]) -> dict[str, list]:
    return {
        "athletes": [slice_.athlete_id for slice_ in slices],
        "collections": [slice_.collection for slice_ in slices],
    }
