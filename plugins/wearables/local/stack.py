"""Starts and stops everything, in order: PostgreSQL, schemas, Airflow, sandbox; and back."""

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
from wearables.local import health, keys, postgres, services
from wearables.local.paths import LOCAL, LOGS, POSTGRES_HOME
from wearables.local.ports import LOOPBACK, refuse_taken

AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
AIRFLOW_DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
WAREHOUSE = "AIRFLOW_CONN_WAREHOUSE"
DATABASES = ("airflow", "warehouse")
MIGRATED = LOCAL / "airflow-database"


def say(line: str) -> None:
    """One line of progress, at once."""
    click.echo(line)
    sys.stdout.flush()


def up(sandbox: bool = False) -> None:
    """Start what does not run yet, and wait until all of it is healthy. Raises PermanentError."""
    keys.make_keys()
    LOGS.mkdir(parents=True, exist_ok=True)
    with _alone():
        _check_ports(sandbox)
        _start_postgres()
        _prepare_databases()
        _start_services(sandbox)


def down() -> None:
    """Stop everything; nothing is left running."""
    LOCAL.mkdir(exist_ok=True)
    with _alone():
        count = services.stop()
        say(f"Stopped Airflow and its companions ({count} processes)." if count else "Airflow does not run.")
        stopped = POSTGRES_HOME.exists() and _server().stop()
        say("Stopped PostgreSQL." if stopped else "PostgreSQL does not run.")


def delete_data() -> None:
    """Delete the embedded server's data; everything must be stopped."""
    postgres.delete(POSTGRES_HOME)


def psql() -> None:
    """Become psql, in the warehouse of the embedded server. Raises PermanentError."""
    server = _server()
    if not server.is_running():
        raise PermanentError("PostgreSQL does not run; start it with `make up`.")
    server.psql("warehouse")


def sandbox_url() -> str:
    """Address of the sandbox."""
    return f"http://{LOOPBACK}:{os.environ['SANDBOX_PORT']}"


def ui_line() -> str:
    """Where Airflow is, and how to get in."""
    user, password = keys.login()
    return f"Airflow: {health.base_url()}   user {user}, password {password}"


@contextmanager
def _alone() -> Iterator[None]:
    with (LOCAL / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PermanentError(
                "Another make is starting or stopping the services; try again when it is done."
            ) from None
        # What is started here must not inherit the lock.
        os.set_inheritable(lock.fileno(), False)
        yield


def _check_ports(sandbox: bool) -> None:
    """A taken port is told before anything is started."""
    running = set()
    if services.is_running():
        running = {each.name for each in services.programs() if each.is_up}
    elif left := services.stop():
        say(f"Stopped {left} processes that a killed supervisor had left behind.")
    if "api-server" not in running:
        refuse_taken(_port("AIRFLOW__API__PORT"), "Airflow", "AIRFLOW__API__PORT")
    if sandbox and "sandbox" not in running:
        refuse_taken(_port("SANDBOX_PORT"), "the sandbox", "SANDBOX_PORT")


def _port(name: str) -> int:
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        raise PermanentError(f"{name} must be set to a port number; airflow.env has its default.") from None


def _server() -> postgres.Server:
    return postgres.server(POSTGRES_HOME, _port("POSTGRES_PORT"), os.environ["POSTGRES_PASSWORD"])


def _start_postgres() -> None:
    if not any(_is_embedded(os.environ[name]) for name in (AIRFLOW_DATABASE, WAREHOUSE)):
        say("PostgreSQL: both databases are elsewhere, the embedded server is not needed.")
        return
    began = time.monotonic()
    server = _server()
    started = server.start()
    server.create_databases(DATABASES)
    how = f"started ({time.monotonic() - began:.1f} s)" if started else "runs already"
    say(f"PostgreSQL on {LOOPBACK}:{server.port}: {how}")


def _is_embedded(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname in {LOOPBACK, "localhost"} and parts.port == _port("POSTGRES_PORT")


def _prepare_databases() -> None:
    """Bring both schemas up to date, at the same time: each costs seconds, mostly of imports."""
    airflow = None if _airflow_is_migrated() else _migrate_airflow()
    try:
        _migrate_warehouse()
    finally:
        if airflow:
            airflow.wait()
    if airflow and airflow.returncode:
        raise PermanentError(f"`airflow db migrate` failed; see {services.log_file('db-migrate')}")
    if airflow:
        MIGRATED.write_text(_airflow_schema() or "", encoding="utf-8")
        say("  Airflow's database is up to date")


def _migrate_airflow() -> subprocess.Popen[bytes]:
    say("Preparing the databases (about 10 s)")
    with services.log_file("db-migrate").open("wb") as log:
        words = [sys.executable, "-m", "airflow", "db", "migrate"]
        return subprocess.Popen(words, env=services.environment(), stdout=log, stderr=log)  # noqa: S603


def _migrate_warehouse() -> None:
    # Imports Airflow, which takes seconds: only now.
    from wearables.core.schema import migrate
    from wearables.core.warehouse import warehouse

    for name in migrate(warehouse()):
        say(f"  warehouse: applied {name}")
    warehouse().dispose()


def _airflow_is_migrated() -> bool:
    """Whether the database is as our last migration left it; asking Airflow itself takes five seconds."""
    return MIGRATED.exists() and MIGRATED.read_text(encoding="utf-8") == _airflow_schema()


def _airflow_schema() -> str | None:
    """Airflow's version and the revision of its database; None when there is none."""
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
    say(f"Airflow: starting {', '.join(AIRFLOW)} (about 30 s)" if fresh else "Airflow runs already.")
    services.start(*AIRFLOW)
    if sandbox:
        services.start("sandbox")
        health.wait_answering(f"{sandbox_url()}/sandbox/athletes", "sandbox", say)
    health.wait_healthy(since, say if fresh else _silent)


def _silent(_line: str) -> None:
    """Say nothing."""
