"""Deletes the files of erased athletes from the landing zone."""

from glob import escape

from sqlalchemy import Connection

from wearables.core.settings import landing_url
from wearables.core.warehouse import run_sql
from wearables.pipeline.landing import located


def delete_landed(integration: str, athlete_id: int) -> int:
    """Delete every file of an athlete, of every run and chunk; return how many."""
    storage, folder = located(f"{landing_url().rstrip('/')}/{integration}")
    files = 0
    for of_athlete in storage.glob(f"{escape(folder)}/*/*/{athlete_id}"):
        files += len(storage.find(of_athlete))
        storage.rm(of_athlete, recursive=True)
    return files


def delete_landed_since_erasure(connection: Connection, integration: str, run_id: str) -> None:
    """Delete what a running pull has landed for athletes who were erased in the meantime."""
    erased = run_sql(connection, "pipeline/erasure/meanwhile", integration=integration, run_id=run_id)
    for athlete_id in erased.scalars():
        delete_landed(integration, athlete_id)
