"""Takes what lies in the landing zone about an erased athlete away."""

from airflow.sdk import ObjectStoragePath
from sqlalchemy import Connection

from wearables.settings import landing_url
from wearables.warehouse import run_sql


def delete_landed(integration: str, athlete_id: int) -> int:
    """Delete every file about an athlete, of every run and chunk; returns how many."""
    files = 0
    zone = ObjectStoragePath(f"{landing_url().rstrip('/')}/{integration}")
    for folder in list(zone.glob(f"*/*/{athlete_id}")) if zone.exists() else []:
        files += len(folder.fs.find(folder.path))
        folder.fs.rm(folder.path, recursive=True)
    return files


def delete_latecomers(connection: Connection, integration: str, run_id: str) -> None:
    """Delete what a pull that was under way has landed about athletes erased meanwhile."""
    for athlete_id in run_sql(connection, "erase/meanwhile", integration=integration, run_id=run_id).scalars():
        delete_landed(integration, athlete_id)
