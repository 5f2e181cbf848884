"""The few settings of the project: environment variables with their defaults."""

import os
from pathlib import Path

PROJECT_DIR = Path(__file__).resolve().parents[2]
SQL_DIR = PROJECT_DIR / "include" / "sql"
WAREHOUSE_CONNECTION = "warehouse"


def integrations_dir() -> Path:
    """Folder of the integration files."""
    return Path(os.environ.get("WEARABLES_INTEGRATIONS") or PROJECT_DIR / "include" / "integrations")


def landing_url() -> str:
    """URL of the landing zone; any scheme of Airflow's object storage."""
    return os.environ.get("WEARABLES_LANDING") or (PROJECT_DIR / "landing").as_uri()


def grant_keys() -> list[str]:
    """Fernet keys of the grants; the first encrypts, all decrypt."""
    return [key.strip() for key in os.environ.get("WEARABLES_GRANT_KEYS", "").split(",") if key.strip()]
