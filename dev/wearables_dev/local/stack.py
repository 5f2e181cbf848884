"""Start PostgreSQL, migrate the databases, start Airflow and the sandbox; stop them again."""

import datetime as dt
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import urlsplit

import click
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from wearables.core.errors import PermanentError
from wearables_dev.local import databases, health, keys, postgres, private, services
from wearables_dev.local.paths import LOCAL, LOGS, POSTGRES_HOME
from wearables_dev.local.ports import LOOPBACK, require_free

AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
AIRFLOW_DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
WAREHOUSE = "AIRFLOW_CONN_WAREHOUSE"
MIGRATED = LOCAL / "airflow-database"


def say(line: str) -> None:
    """Print a line and flush it, so that progress is visible in a pipe too."""
    click.echo(line)
    sys.stdout.flush()


def up(sandbox: bool = False) -> None:
    """Start everything that is not running and wait until it is healthy. Raises PermanentError."""
    keys.make_keys()
    private.keep_private()
    LOGS.mkdir(parents=True, exist_ok=True)
    with _locked():
        _check_ports(sandbox)
        _start_postgres()
        _prepare_databases()
        _start_services(sandbox)


def down() -> None:
    """Stop the services and PostgreSQL."""
    LOCAL.mkdir(exist_ok=True)
    with _locked():
        count = services.stop()
        say(f"Stopped Airflow and the other services ({count} processes)." if count else "Airflow is not running.")
        stopped = POSTGRES_HOME.exists() and _server().stop()
        say("Stopped PostgreSQL." if stopped else "PostgreSQL is not running.")


def delete_data() -> None:
    """Delete the embedded server's data. Stop everything first."""
    postgres.delete(POSTGRES_HOME)


def psql() -> None:
    """Replace this process with psql, connected to the embedded warehouse. Raises PermanentError."""
    server = _server()
    if not server.is_running():
        raise PermanentError("PostgreSQL is not running. Start it with `make up`.")
    server.psql("warehouse", "warehouse", os.environ["WAREHOUSE_DB_PASSWORD"])


def sandbox_url() -> str:
    """Return the address of the sandbox."""
    return f"http://{LOOPBACK}:{os.environ['SANDBOX_PORT']}"


def ui_line() -> str:
    """Return Airflow's address, user and password in one line."""
    user, password = keys.login()
    return f"{health.base_url()} (user {user}, password {password})"


@contextmanager
def _locked() -> Iterator[None]:
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermanentError(
                "Another command is starting or stopping the services. Try again when it has finished."
            ) from None
        # The services must not inherit the lock.
        os.set_inheritable(lock.fileno(), False)
        yield


def _check_ports(sandbox: bool) -> None:
    """Raise PermanentError if a port that we need is in use. Call this before starting anything."""
    running = set()
    if services.is_running():
        running = {each.name for each in services.programs() if each.is_up}
    elif left := services.stop():
        say(f"Stopped {left} processes that a killed supervisor had left running.")
    if "api-server" not in running:
        require_free(_port("AIRFLOW__API__PORT"), "Airflow", "AIRFLOW__API__PORT")
    if sandbox and "sandbox" not in running:
        require_free(_port("SANDBOX_PORT"), "the sandbox", "SANDBOX_PORT")


def _port(name: str) -> int:
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        raise PermanentError(f"{name} is not a port number. See its default in airflow.env.") from None


def _server() -> postgres.Server:
    return postgres.server(POSTGRES_HOME, _port("POSTGRES_PORT"), os.environ["POSTGRES_PASSWORD"])


def _start_postgres() -> None:
    if not any(_is_embedded(os.environ[name]) for name in (AIRFLOW_DATABASE, WAREHOUSE)):
        say("Skipping the embedded PostgreSQL: both databases are on other servers.")
        return
    began = time.monotonic()
    server = _server()
    started = server.start()
    databases.prepare(server)
    how = f"started in {time.monotonic() - began:.1f} s" if started else "is already running"
    say(f"PostgreSQL {how} on {LOOPBACK}:{server.port}")


def _is_embedded(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname in {LOOPBACK, "localhost"} and parts.port == _port("POSTGRES_PORT")


def _prepare_databases() -> None:
    """Migrate both databases in parallel, because each one takes seconds, mostly to import Airflow."""
    airflow = None if _airflow_is_migrated() else _migrate_airflow()
    try:
        _migrate_warehouse()
    finally:
        if airflow:
            airflow.wait()
    if airflow and airflow.returncode:
        raise PermanentError(f"`airflow db migrate` failed. See {services.log_file('db-migrate')}.")
    if airflow:
        MIGRATED.write_text(_airflow_schema() or "", encoding="utf-8")
        say("  airflow: up to date")


def _migrate_airflow() -> subprocess.Popen[bytes]:
    say("Migrating the databases (about 10 s)")
    with services.log_file("db-migrate").open("wb") as log:
        words = [sys.executable, "-m", "airflow", "db", "migrate"]
        return subprocess.Popen(words, env=services.environment(), stdout=log, stderr=log)  # noqa: S603


def _migrate_warehouse() -> None:
    # Imported here because these modules import Airflow, which takes seconds.
    from wearables.core.schema import migrate
    from wearables.core.warehouse import owner

    engine = owner()
    for name in migrate(engine):
        say(f"  warehouse: applied {name}")
    engine.dispose()


def _airflow_is_migrated() -> bool:
    """Return whether the database is unchanged since we last migrated it. Airflow's own check takes five seconds."""
    return MIGRATED.exists() and MIGRATED.read_text(encoding="utf-8") == _airflow_schema()


def _airflow_schema() -> str | None:
    """Return Airflow's version and the revision of its database, or None if the database is empty or missing."""
    engine = create_engine(os.environ[AIRFLOW_DATABASE])
    try:
        with engine.connect() as connection:
            revision = connection.execute(text("select version_num from alembic_version")).scalar()
    except SQLAlchemyError:
        return None
    finally:
        engine.dispose()
    return f"{version('apache-airflow-core')} {revision}\n"


def _start_services(sandbox: bool) -> None:
    fresh = not services.is_running()
    since = dt.datetime.now(dt.UTC) if fresh else None
    services.launch()
    say("Starting Airflow (about 30 s)" if fresh else "Airflow is already running")
    services.start(*AIRFLOW)
    if sandbox:
        services.start("sandbox")
        health.wait_answering(f"{sandbox_url()}/sandbox/athletes", "sandbox", say)
    health.wait_healthy(since, say if fresh else _silent)


def _silent(_line: str) -> None:
    """Print nothing."""
