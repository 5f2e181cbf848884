"""From ``landed`` into ``raw.records``, set by set; the same for what the API answered and for an export."""

from sqlalchemy import Connection, Row

from wearables.warehouse import run_sql
from wearables.windows import Window


def merge(connection: Connection, run: dict[str, str], chunk: Window, units: list[Row], whole: list[Row]) -> list[Row]:
    """Bring new and changed records in, mark those that are gone, and complete the pull log of ``units``.

    ``run`` names integration and run_id; ``whole`` are the units whose answer tells deletions. Returns the outcome of
    each unit.
    """
    integration = run["integration"]
    run_sql(connection, "stage/incoming", integration=integration)
    if run_sql(connection, "stage/differences", integration=integration).rowcount:
        run_sql(connection, "stage/supersede", integration=integration)
    run_sql(connection, "stage/insert", **run)
    run_sql(connection, "stage/analyze")
    period = {"chunk_start": chunk.start, "chunk_end": chunk.end}
    if run_sql(connection, "stage/absences", **run, **_named(whole), **period).scalar_one():
        run_sql(connection, "stage/delete", **run, **_named(whole))
    return list(run_sql(connection, "stage/outcome", **run, **_named(units), chunk_start=chunk.start).all())


def _named(units: list[Row]) -> dict[str, list]:
    return {"athletes": [unit.athlete_id for unit in units], "collections": [unit.collection for unit in units]}
