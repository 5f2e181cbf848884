"""Schema migrations: numbered SQL files, each applied once, and repeatable ones, all reapplied when any file changes.

Everything is applied in one transaction under an advisory lock, so a warehouse is never half migrated. Roles come
first: roles.sql creates them, and refuses those that this project did not create.
"""

import hashlib
from pathlib import Path

import psycopg2
from psycopg2.errors import DependentObjectsStillExist
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from wearables.core.errors import PermanentError
from wearables.core.settings import SQL_DIR
from wearables.core.sql_files import read
from wearables.core.warehouse import transaction

LOCK = 0x57484F4F50  # any constant that every migrating process shares
HAS_LEDGER = "select to_regclass('ops.migrations') is not null"
ROLES_REFUSED = "WR001"  # The error code of roles.sql; its message is for the user.
# Until version 1.0.0, ops.migrations did not store hashes.
HAS_HASHES = """
select exists (
    select from pg_catalog.pg_attribute where attrelid = 'ops.migrations'::regclass and attname = 'sha256'
)
"""
RECORD = """
insert into ops.migrations (name, sha256) values (%(name)s, %(sha256)s)
on conflict (name) do update set sha256 = excluded.sha256, applied_at = now()
"""


def _files(kind: str) -> list[Path]:
    """Return the files of ``include/sql/schema/<kind>`` in the order in which they are applied."""
    return sorted((SQL_DIR / "schema" / kind).glob("[0-9]*.sql*"))


def _name(path: Path) -> str:
    return path.name.partition(".")[0]


def _sha256(path: Path) -> str:
    """Return the SHA-256 of the rendered SQL, so that a template changes with the metric catalogue."""
    return hashlib.sha256(read(path).encode()).hexdigest()


def _applied(connection: Connection) -> dict[str, str]:
    """Return name and SHA-256 of every file applied. Raises PermanentError for a schema older than 1.0.0."""
    if not connection.exec_driver_sql(HAS_LEDGER).scalar():
        return {}
    if not connection.exec_driver_sql(HAS_HASHES).scalar():
        raise PermanentError(
            "The warehouse was created by a version before 1.0.0, which cannot be upgraded: create a new, empty "
            "database, point the connection `warehouse` at it, run `bin/wearables migrate` and pull again."
        )
    return {row.name: row.sha256 for row in connection.exec_driver_sql("select name, sha256 from ops.migrations")}


def pending(connection: Connection) -> list[Path]:
    """Return the numbered files not yet applied, then the repeatable files that are new or changed."""
    applied = _applied(connection)
    numbered = [path for path in _files("migrations") if _name(path) not in applied]
    return numbered + [path for path in _files("repeatable") if applied.get(_name(path)) != _sha256(path)]


def migrate(engine: Engine) -> list[str]:
    """Apply the pending files and return their names; concurrent calls wait.

    Views depend on each other and on tables, so all of them are dropped first and every repeatable file is applied.
    """
    with transaction(engine) as connection:
        connection.exec_driver_sql("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        paths = pending(connection)
        if paths:
            _create_roles(connection)
            numbered = [path for path in paths if path.parent.name == "migrations"]
            _drop_views(connection)
            for path in numbered + _files("repeatable"):
                _execute(connection, path)
        for path in paths:
            connection.exec_driver_sql(RECORD, {"name": _name(path), "sha256": _sha256(path)})
    return [_name(path) for path in paths]


def _create_roles(connection: Connection) -> None:
    try:
        _execute(connection, SQL_DIR / "schema" / "roles.sql")
    except DBAPIError as error:
        if isinstance(error.orig, psycopg2.Error) and error.orig.pgcode == ROLES_REFUSED:
            raise PermanentError(error.orig.diag.message_primary) from None
        raise


def _drop_views(connection: Connection) -> None:
    try:
        _execute(connection, SQL_DIR / "schema" / "drop_views.sql")
    except DBAPIError as error:
        if isinstance(error.orig, DependentObjectsStillExist):
            raise PermanentError(
                "A view of your own depends on a view of this project, which must be replaced. Drop yours, run "
                "bin/wearables migrate, and create it again."
            ) from None
        raise


def require_migrated(connection: Connection) -> None:
    """Raise PermanentError if migrations are pending."""
    count = len(pending(connection))
    if count:
        are_pending = "1 migration is" if count == 1 else f"{count} migrations are"
        raise PermanentError(f"{are_pending} pending. Run bin/wearables migrate.")


def _execute(connection: Connection, path: Path) -> None:
    # Without this option, psycopg2 would take a % in the text for a parameter.
    connection.execution_options(no_parameters=True).exec_driver_sql(read(path))
