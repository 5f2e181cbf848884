"""The warehouse: its connection, and the SQL files that run in it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any

import psycopg2
from sqlalchemy import URL, Connection, CursorResult, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from wearables.core.connections import airflow_connection
from wearables.core.errors import PermanentError, WarehouseUnavailable
from wearables.core.settings import WAREHOUSE_CONNECTION
from wearables.core.sql_files import sql

CONNECT_TIMEOUT_SECONDS = 10
POSTGRES_PORT = 5432
# Transactions are short, so many threads can share a few connections, which are opened when needed.
POOL_SIZE = 10
MORE_AT_PEAKS = 5
POOL_TIMEOUT_SECONDS = 10
COPY_BYTES = 64 * 1024
# Errors of PostgreSQL that a retry cannot fix. psycopg2 does not expose their error codes.
REFUSALS = ("authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied for database")
LINES_PER_READ = 100


class WarehouseError(Exception):
    """PostgreSQL rejected a statement, which is a bug. Only the condition is named: the text may contain data."""


def run_sql(connection: Connection, name: str, **parameters: Any) -> CursorResult:
    """Run a SQL file with bound parameters in the transaction of ``connection``."""
    return connection.exec_driver_sql(sql(name), parameters)


def warehouse_url() -> URL:
    """Return the URL of the Airflow connection ``warehouse``. Raises the errors of ``airflow_connection``."""
    remedy = "Add one of type postgres, or set AIRFLOW_CONN_WAREHOUSE."
    connection = airflow_connection(WAREHOUSE_CONNECTION, remedy)
    return URL.create(
        "postgresql+psycopg2",
        username=connection.login,
        password=connection.password,
        host=connection.host,
        port=connection.port,
        database=connection.schema,
        query={key: str(value) for key, value in connection.extra_dejson.items() if key.startswith("ssl")},
    )


class _LineReader:
    """Presents lines as the file that psycopg2's COPY reads."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = iter(lines)
        self._left = b""
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes, and none at the end."""
        while len(self._left) < size:
            batch = self._next_lines()
            if not batch:
                break
            self._left += batch
        answer, self._left = self._left[:size], self._left[size:]
        return answer

    def _next_lines(self) -> bytes:
        try:
            return b"".join(islice(self._lines, LINES_PER_READ))
        except BaseException as error:
            self.error = error
            raise


def copy_lines(connection: Connection, statement: str, lines: Iterable[bytes]) -> None:
    """Stream lines through a COPY statement, in the transaction of ``connection``.

    Re-raises an error of the iterator, which psycopg2 would replace with its own.
    """
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    with driver_connection.cursor() as cursor:
        reader = _LineReader(lines)
        try:
            cursor.copy_expert(statement, reader, size=COPY_BYTES)
        except psycopg2.Error:
            if reader.error:
                raise reader.error from None
            raise


@cache
def warehouse() -> Engine:
    """Return the engine of the warehouse, created on first use in each process.

    The pool tests a connection before each use: the server may have restarted while a task waited for WHOOP.
    """
    return _engine(warehouse_url())


def owner() -> Engine:
    """Return an engine to migrate with, for WEARABLES_OWNER_URL if it names the warehouse's database.

    Otherwise, use the login of the connection ``warehouse``: if only AIRFLOW_CONN_WAREHOUSE has been changed, the owner
    of the default settings does not exist on its server. Raises PermanentError if the URL is not valid.
    """
    warehouse = warehouse_url()
    try:
        url = make_url(os.environ.get("WEARABLES_OWNER_URL") or warehouse).set(drivername=warehouse.drivername)
    except ArgumentError:
        raise PermanentError(
            "WEARABLES_OWNER_URL is not a valid URL. Use one such as postgres://login:...@host/database."
        ) from None
    return _engine(url if _database(url) == _database(warehouse) else warehouse)


def _database(url: URL) -> tuple[str | None, int, str | None]:
    return url.host, url.port or POSTGRES_PORT, url.database


def _engine(url: URL) -> Engine:
    return create_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=MORE_AT_PEAKS,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": "wearables"},
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Open one transaction.

    Raises WarehouseUnavailable if PostgreSQL cannot be reached or fails, PermanentError if it refuses the login, and
    WarehouseError if it rejects a statement.
    """
    try:
        connection = engine.connect()
    except PoolTimeout:
        raise WarehouseUnavailable("All connections to the warehouse are in use. Try again in a few seconds.") from None
    except OperationalError as error:
        where = engine.url.set(password=None, username=None).render_as_string()
        reason = str(error.orig).splitlines()[0]
        if any(refusal in reason for refusal in REFUSALS):
            raise PermanentError(
                f"The warehouse at {where} refuses the connection ({reason}). Correct the connection "
                f"{WAREHOUSE_CONNECTION!r}, or create the role and the database."
            ) from None
        raise WarehouseUnavailable(
            f"The warehouse at {where} cannot be reached ({reason}). Start it, or correct the connection."
        ) from None
    try:
        with connection, connection.begin():
            yield connection
    except (DBAPIError, psycopg2.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        condition = f"{type(cause).__name__} ({getattr(cause, 'pgcode', None)})"
        if isinstance(cause, psycopg2.OperationalError | psycopg2.InterfaceError):
            raise WarehouseUnavailable(
                f"PostgreSQL failed: {condition}. Check the server and its disk space."
            ) from None
        raise WarehouseError(f"PostgreSQL: {condition}").with_traceback(error.__traceback__) from None
