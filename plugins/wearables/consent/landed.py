"""What lies in the landing zone about one athlete."""

from airflow.sdk import ObjectStoragePath

from wearables.settings import landing_url


def delete_landed(integration: str, athlete_id: int) -> int:
    """Delete every file about an athlete, of every run and chunk; returns how many."""
    files = 0
    zone = ObjectStoragePath(f"{landing_url().rstrip('/')}/{integration}")
    for folder in list(zone.glob(f"*/*/{athlete_id}")) if zone.exists() else []:
        files += len(folder.fs.find(folder.path))
        folder.fs.rm(folder.path, recursive=True)
    return files
