"""Delete the files of erased athletes from the landing zone."""

from collections.abc import Collection
from glob import escape

from sqlalchemy import Connection

from wearables.core.settings import landing_url
from wearables.core.warehouse import run_sql
from wearables.pipeline.storage import file_system


def delete_landed(integration: str, athlete_id: int) -> int:
    """Delete all files of an athlete, whatever their run and chunk, and return their number."""
    storage, folder = file_system(f"{landing_url().rstrip('/')}/{integration}")
    files = 0
    for of_athlete in storage.glob(f"{escape(folder)}/*/*/{athlete_id}"):
        files += len(storage.find(of_athlete))
        storage.rm(of_athlete, recursive=True)
    return files


def delete_landed_since_erasure(connection: Connection, integration: str, run_id: str) -> None:
    """Delete the files that a run has landed for athletes who have been erased since it began."""
    erased = run_sql(connection, "pipeline/erasure/erased_since_start", integration=integration, run_id=run_id)
    for athlete_id in erased.scalars():
        delete_landed(integration, athlete_id)


def delete_landed_of_erased(connection: Connection, integration: str, athletes: Collection[int]) -> None:
    """Delete the files of those of the athletes who have ever been erased."""
    if athletes:
        erased = run_sql(connection, "pipeline/erasure/erased_among", integration=integration, athletes=list(athletes))
        for athlete_id in erased.scalars():
            delete_landed(integration, athlete_id)
