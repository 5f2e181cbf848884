"""The keys and passwords of a checkout. `make install` creates them once and never overwrites them."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet

from wearables_dev.local.paths import LOCAL, PASSWORDS, SECRETS

HEADER = "# Created by `make install`. Keep these keys: nothing else decrypts what they encrypted. Never commit them.\n"


def _fernet_key() -> str:
    return Fernet.generate_key().decode()


def _random() -> str:
    return secrets.token_hex(32)


MAKERS: dict[str, Callable[[], str]] = {
    "AIRFLOW__CORE__FERNET_KEY": _fernet_key,
    "AIRFLOW__API_AUTH__JWT_SECRET": _random,
    "AIRFLOW__API__SECRET_KEY": _random,
    "WEARABLES_GRANT_KEYS": _fernet_key,
    "POSTGRES_PASSWORD": _random,
    "AIRFLOW_DB_PASSWORD": _random,
    "WAREHOUSE_DB_PASSWORD": _random,
    "WAREHOUSE_OWNER_DB_PASSWORD": _random,
}


def make_keys() -> None:
    """Create missing keys and passwords; keep existing ones."""
    LOCAL.mkdir(exist_ok=True)
    text = SECRETS.read_text(encoding="utf-8") if SECRETS.exists() else HEADER
    if not text.endswith("\n"):
        text += "\n"
    known = {line.split("=", 1)[0] for line in text.splitlines()}
    missing = [name for name in MAKERS if name not in known]
    if missing:
        _write_private(SECRETS, text + "".join(f"{name}={MAKERS[name]()}\n" for name in missing))
    if not PASSWORDS.exists():
        _write_private(PASSWORDS, json.dumps({"admin": secrets.token_urlsafe(9)}) + "\n")


def login() -> tuple[str, str]:
    """Return user and password of Airflow's UI."""
    path = Path(os.environ.get("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE") or PASSWORDS)
    user, password = next(iter(json.loads(path.read_text(encoding="utf-8")).items()))
    return user, password


def _write_private(path: Path, text: str) -> None:
    """Write a file atomically; only its owner can ever read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
