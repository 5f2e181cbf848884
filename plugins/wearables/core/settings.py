"""The few settings of the project: environment variables with their defaults."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from wearables.core.errors import PermanentError

PROJECT_DIR = Path(__file__).resolve().parents[3]
SQL_DIR = PROJECT_DIR / "include" / "sql"
WAREHOUSE_CONNECTION = "warehouse"
MAX_INVITE_DAYS = 90


def integrations_dir() -> Path:
    """Folder of the integration files."""
    return Path(os.environ.get("WEARABLES_INTEGRATIONS") or PROJECT_DIR / "include" / "integrations")


def landing_url() -> str:
    """URL of the landing zone; any scheme of Airflow's object storage."""
    return os.environ.get("WEARABLES_LANDING") or (PROJECT_DIR / "landing").as_uri()


def grant_keys() -> list[str]:
    """Fernet keys of the grants; the first encrypts, all decrypt."""
    return [key.strip() for key in os.environ.get("WEARABLES_GRANT_KEYS", "").split(",") if key.strip()]


def invite_days() -> int:
    """For how many days an invite to consent may be used. Raises PermanentError."""
    text = os.environ.get("WEARABLES_INVITE_DAYS") or "14"
    if not text.isdecimal() or not 1 <= int(text) <= MAX_INVITE_DAYS:
        raise PermanentError(f"WEARABLES_INVITE_DAYS is {text!r}; make it a number of days, 1 to {MAX_INVITE_DAYS}.")
    return int(text)


def public_url() -> str:
    """Address under which athletes reach the consent pages. Raises PermanentError."""
    from airflow.configuration import conf  # here, for the sandbox must not wait for Airflow's imports

    return _http_url("WEARABLES_PUBLIC_URL", conf.get("api", "base_url", fallback="http://localhost:8080"))


def redirect_url() -> str:
    """Address to which WHOOP sends the athlete back; one that is registered with the app. Raises PermanentError."""
    return _http_url("WEARABLES_REDIRECT_URL", f"{public_url()}/consent/callback")


def _http_url(name: str, default: str) -> str:
    url = os.environ.get(name) or default
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise PermanentError(f"{name} is {url!r}; make it an address such as https://data.example.org.")
    return url.rstrip("/")
