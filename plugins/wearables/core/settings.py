"""Settings: environment variables and their defaults."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from wearables.core.errors import PermanentError

PROJECT_DIR = Path(__file__).resolve().parents[3]
SQL_DIR = PROJECT_DIR / "include" / "sql"
WAREHOUSE_CONNECTION = "warehouse"
MAX_INVITE_DAYS = 90
MAX_CONSENT_SHARE = 50
WHOOP_HOST = "api.prod.whoop.com"


def integrations_dir() -> Path:
    """Return the folder of the integration files."""
    return Path(os.environ.get("WEARABLES_INTEGRATIONS") or PROJECT_DIR / "include" / "integrations")


def landing_url() -> str:
    """Return the URL of the landing zone. Any scheme that Airflow's object storage supports works."""
    return os.environ.get("WEARABLES_LANDING") or (PROJECT_DIR / "landing").as_uri()


def grant_keys() -> list[str]:
    """Return the Fernet keys for grants and links, the current key first. Raises PermanentError if one is invalid."""
    keys = [key.strip() for key in os.environ.get("WEARABLES_GRANT_KEYS", "").split(",") if key.strip()]
    if not keys:
        raise PermanentError("WEARABLES_GRANT_KEYS is not set. Run make install to create a key.")
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        raise PermanentError(
            "WEARABLES_GRANT_KEYS contains an invalid Fernet key. Separate several keys with commas."
        ) from None
    return keys


def whoop_hosts() -> set[tuple[str, int | None]]:
    """Return the hosts that credentials may be sent to, each with its port or, for any port, None.

    WHOOP's own host has one port. Raises PermanentError if the setting is not valid.
    """
    entries = [each.strip() for each in os.environ.get("WEARABLES_WHOOP_HOSTS", "").split(",")]
    hosts = {_host_and_port(entry) for entry in entries if entry} or {(WHOOP_HOST, None)}
    return {(host, port or (443 if host == WHOOP_HOST else None)) for host, port in hosts}


def _host_and_port(entry: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(f"//{entry}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.netloc != entry or "@" in entry or any(letter.isspace() for letter in entry):
        raise PermanentError(
            f'WEARABLES_WHOOP_HOSTS contains "{entry}". Write host or host:port, and separate several with commas.'
        )
    return host, port


def invite_days() -> int:
    """Return how many days an invitation is valid. Raises PermanentError if the setting is not a valid number."""
    text = os.environ.get("WEARABLES_INVITE_DAYS") or "14"
    if not text.isdecimal() or not 1 <= int(text) <= MAX_INVITE_DAYS:
        raise PermanentError(f'WEARABLES_INVITE_DAYS must be from 1 to {MAX_INVITE_DAYS} days, not "{text}".')
    return int(text)


def consent_share() -> int:
    """Return how many per cent of the request budget are reserved for consent and token refresh."""
    text = os.environ.get("WEARABLES_CONSENT_SHARE") or "3"
    if not text.isdecimal() or not 1 <= int(text) <= MAX_CONSENT_SHARE:
        raise PermanentError(f'WEARABLES_CONSENT_SHARE must be from 1 to {MAX_CONSENT_SHARE} per cent, not "{text}".')
    return int(text)


def public_url() -> str:
    """Return the base URL at which athletes reach the consent pages. Raises PermanentError if it is not valid."""
    from airflow.configuration import conf  # imported late: the sandbox must start without Airflow

    return _http_url("WEARABLES_PUBLIC_URL", conf.get("api", "base_url", fallback="http://localhost:8080"))


def redirect_url() -> str:
    """Return the redirect URL that is registered with the WHOOP app. Raises PermanentError if it is not valid."""
    return _http_url("WEARABLES_REDIRECT_URL", f"{public_url()}/consent/callback")


def _http_url(name: str, default: str) -> str:
    url = os.environ.get(name) or default
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise PermanentError(f'{name} "{url}" is not a valid URL. Use one such as https://data.example.org.')
    return url.rstrip("/")
