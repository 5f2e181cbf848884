"""The logins of the embedded server. They also take over what the superuser of an older version owned."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import URL, create_engine

from wearables.core.schema import migrate
from wearables_dev.local import databases
from wearables_dev.local import postgres as embedded
from wearables_dev.local.postgres import Server

AIRFLOW_OF_AN_OLDER_VERSION = """
create type state as enum ('on');
create table dag (id serial primary key, current_state state, number integer generated always as identity);
create view active as select id from dag;
create schema extra;
create table extra.task (id integer);
create function extra.one() returns integer language sql as 'select 1';
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for variable in databases.PASSWORDS.values():
        monkeypatch.setenv(variable, variable.lower())
    with embedded.temporary() as url:
        yield Server(Path("unused"), int(url.port or 0), str(url.password))


def login(server: Server, name: str, database: str) -> URL:
    return server.url(database).set(username=name, password=os.environ[databases.PASSWORDS[name]])


def run(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_preparing_twice_changes_nothing_and_each_login_does_its_own_work(server: Server) -> None:
    databases.prepare(server)
    databases.prepare(server)
    owner = create_engine(login(server, "warehouse_owner", "warehouse"))
    assert migrate(owner)
    owner.dispose()
    run(login(server, "warehouse", "warehouse"), "create temporary table mine (id integer)", "select from raw.records")
    run(login(server, "airflow", "airflow"), "create table dag (id integer)")
    for name, database in (("airflow", "warehouse"), ("warehouse", "airflow"), ("warehouse_owner", "airflow")):
        url = login(server, name, database).set(drivername="postgresql").render_as_string(hide_password=False)
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            psycopg2.connect(url)


def test_databases_of_an_older_version_get_their_owner(server: Server) -> None:
    run(server.url(), "create database airflow", "create database warehouse")
    run(server.url("airflow"), AIRFLOW_OF_AN_OLDER_VERSION)
    superuser = create_engine(server.url("warehouse"))
    assert migrate(superuser)
    superuser.dispose()
    run(server.url("warehouse"), "alter schema raw owner to postgres", "alter table raw.records owner to postgres")
    databases.prepare(server)
    run(
        login(server, "airflow", "airflow"),
        "alter type state add value 'off'",
        "alter table dag add column more text",
        "drop view active",
        "drop schema extra cascade",
    )
    run(login(server, "warehouse_owner", "warehouse"), "alter table raw.records add column more text")


def test_a_changed_password_in_the_secrets_is_the_login_s_password(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases.prepare(server)
    monkeypatch.setenv("AIRFLOW_DB_PASSWORD", 'it\'s "new"')
    databases.prepare(server)
    run(login(server, "airflow", "airflow"), "select 1")
