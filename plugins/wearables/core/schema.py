"""Schema migrations: numbered SQL files, each applied once, in one transaction, under a lock; then the rights."""

from pathlib import Path

from sqlalchemy import Connection, Engine

from wearables.core.errors import PermanentError
from wearables.core.settings import SQL_DIR
from wearables.core.warehouse import run_sql, transaction

LOCK = 0x57484F4F50  # any constant shared by all who migrate
CREATE_LEDGER = """
create schema if not exists ops;
create table if not exists ops.migrations (
    name text primary key,
    applied_at timestamptz not null default now()
);
comment on table ops.migrations is 'One row per migration applied.';
comment on column ops.migrations.name is 'File of the migration.';
comment on column ops.migrations.applied_at is 'When it was applied.';
"""


def migration_files() -> list[Path]:
    """The migrations in the order in which they apply."""
    return sorted((SQL_DIR / "migrations").glob("[0-9]*.sql"))


def pending(connection: Connection) -> list[str]:
    """Names of the migrations that the warehouse lacks."""
    exists = connection.exec_driver_sql("select to_regclass('ops.migrations') is not null").scalar()
    applied = set(connection.exec_driver_sql("select name from ops.migrations").scalars()) if exists else set()
    return [path.stem for path in migration_files() if path.stem not in applied]


def migrate(engine: Engine) -> list[str]:
    """Apply what is missing; returns the names applied. Others who migrate at the same time wait."""
    with transaction(engine) as lock:
        lock.exec_driver_sql("select pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        with transaction(engine) as connection:
            connection.exec_driver_sql(CREATE_LEDGER)
            names = pending(connection)
        for name in names:
            with transaction(engine) as connection:
                text = (SQL_DIR / "migrations" / f"{name}.sql").read_text(encoding="utf-8")
                # Without parameters a % in the text means itself.
                connection.execution_options(no_parameters=True).exec_driver_sql(text)
                connection.exec_driver_sql("insert into ops.migrations values (%(name)s)", {"name": name})
        if names:
            with transaction(engine) as connection:
                run_sql(connection, "roles/rights")
    return names


def require_migrated(connection: Connection) -> None:
    """Raises PermanentError when the warehouse lacks a migration."""
    missing = pending(connection)
    if missing:
        raise PermanentError(
            f"The warehouse lacks {len(missing)} migration(s), first {missing[0]}; run `wearables migrate`."
        )
