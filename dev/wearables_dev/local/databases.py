"""The logins and databases of the embedded server. Only this module logs in as the superuser.

| login | owns, or is a member of | used by |
|---|---|---|
| ``airflow`` | database ``airflow`` | Airflow |
| ``warehouse`` | role ``wearables_loader`` | the pipeline and the pages |
| ``warehouse_owner`` | role ``wearables_owner``, which owns database ``warehouse`` | ``bin/wearables migrate`` |
"""

import os
from pathlib import Path

import psycopg2

from wearables.core.errors import PermanentError
from wearables.core.settings import SQL_DIR
from wearables_dev.local.postgres import Server
from wearables_dev.local.postgres_binaries import last_line

PASSWORDS = {
    "airflow": "AIRFLOW_DB_PASSWORD",
    "warehouse": "WAREHOUSE_DB_PASSWORD",
    "warehouse_owner": "WAREHOUSE_OWNER_DB_PASSWORD",
}
MEMBERSHIPS = {"warehouse": "wearables_loader", "warehouse_owner": "wearables_owner"}
OWNERS = {"airflow": "airflow", "warehouse": "wearables_owner"}
# The variables that only this module and `bin/wearables migrate` need.
PRIVILEGED = ("POSTGRES_PASSWORD", "WAREHOUSE_OWNER_DB_PASSWORD", "WEARABLES_OWNER_URL")


def prepare(server: Server) -> None:
    """Create missing roles, logins and databases, and change the owner of older databases. Raises PermanentError."""
    connection = _connect(server, "postgres")
    with connection.cursor() as cursor:
        try:
            cursor.execute((SQL_DIR / "schema" / "roles.sql").read_text(encoding="utf-8"))
        except psycopg2.Error as error:
            raise PermanentError(f"The roles could not be created. {error.diag.message_primary}") from None
        cursor.execute("select rolname from pg_roles")
        known = {name for (name,) in cursor.fetchall()}
        for login, variable in PASSWORDS.items():
            verb = "alter" if login in known else "create"
            cursor.execute(f"{verb} role {login} login password %s", [_read(variable)])
        for login, role in MEMBERSHIPS.items():
            cursor.execute(f"grant {role} to {login}")
        cursor.execute("select datname, datdba::regrole::text from pg_database")
        owners = dict(cursor.fetchall())
        for database, owner in OWNERS.items():
            if database not in owners:
                cursor.execute(f"create database {database} owner {owner}")
                cursor.execute(f"revoke connect, temporary on database {database} from public")
            elif owners[database] != owner:
                _hand_over(server, database, owner)
                cursor.execute(f"alter database {database} owner to {owner}")
    connection.close()


def _read(variable: str) -> str:
    try:
        return os.environ[variable]
    except KeyError:
        raise PermanentError(f"{variable} was missing and has been created. Run the command again.") from None


def _hand_over(server: Server, database: str, owner: str) -> None:
    connection = _connect(server, database)
    with connection.cursor() as cursor:
        cursor.execute((Path(__file__).parent / "sql" / "hand_over.sql").read_text("utf-8"), {"new_owner": owner})
    connection.close()


def _connect(server: Server, database: str) -> psycopg2.extensions.connection:
    """Connect as the superuser. Raises PermanentError if the server does not accept its password."""
    url = server.url(database).set(drivername="postgresql")
    try:
        connection = psycopg2.connect(url.render_as_string(hide_password=False))
    except psycopg2.OperationalError as error:
        raise PermanentError(
            f"The embedded PostgreSQL rejected the connection: {last_line(str(error))}. Restore the "
            "POSTGRES_PASSWORD that it was created with, or delete its data with `make clean`."
        ) from None
    connection.autocommit = True
    return connection
