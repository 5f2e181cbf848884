"""Roles belong to the server: warehouses share them, and `migrate` refuses roles that others created."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from sqlalchemy import URL, Engine, create_engine

from wearables.core.errors import PermanentError
from wearables.core.schema import migrate
from wearables_dev.local import postgres as embedded


@pytest.fixture
def new_server() -> Iterator[URL]:
    """A server without our roles."""
    with embedded.temporary() as url:
        yield url


@contextmanager
def database(server: URL, name: str, owner: str = "postgres") -> Iterator[Engine]:
    execute(server, f"create database {name} owner {owner}")
    engine = create_engine(server.set(database=name, username=owner))
    yield engine
    engine.dispose()


def execute(server: URL, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_role_that_this_project_did_not_create_is_refused_and_nothing_changes(new_server: URL) -> None:
    execute(new_server, "create role wearables_analyst", "create role stranger login in role wearables_analyst")
    with database(new_server, "theirs") as engine:
        with pytest.raises(PermanentError) as refusal:
            migrate(engine)
        assert str(refusal.value) == (
            "This server has roles that whoop-elt did not create: wearables_analyst. Their members would get access to "
            "health data. Rename (alter role ... rename to ...) or drop them, then run bin/wearables migrate again."
        )
        with engine.connect() as connection:
            ours = "select rolname from pg_roles where rolname like 'wearables%%'"
            assert list(connection.exec_driver_sql(ours).scalars()) == ["wearables_analyst"]
            assert not connection.exec_driver_sql("select to_regnamespace('raw') is not null").scalar()
        execute(new_server, "alter role wearables_analyst rename to their_analyst")
        assert migrate(engine)


def test_the_command_prints_the_refusal_in_one_line(new_server: URL) -> None:
    execute(new_server, "create role wearables_owner", "create role wearables_loader", "create database theirs")
    url = new_server.set(database="theirs", drivername="postgres").render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "wearables", "migrate"],
        env=os.environ | {"AIRFLOW_CONN_WAREHOUSE": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "This server has roles that whoop-elt did not create: wearables_loader, wearables_owner."
    )
    assert done.stderr.count("\n") == 1


def test_several_warehouses_share_the_roles_and_a_new_one_has_no_members_yet(new_server: URL) -> None:
    for name in ("first", "second"):
        with database(new_server, name) as engine:
            assert migrate(engine)
            assert migrate(engine) == []
            with engine.connect() as connection:
                members = connection.exec_driver_sql(
                    "select member::regrole::text from pg_auth_members where roleid::regrole::text like 'wearables%%'"
                ).all()
                assert members == []


def test_two_warehouses_of_a_new_server_can_be_migrated_at_the_same_time(new_server: URL) -> None:
    with database(new_server, "first") as first, database(new_server, "second") as second:
        applied: list[list[str]] = []
        threads = [Thread(target=lambda each=each: applied.append(migrate(each))) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(applied) == 2
        assert applied[0] == applied[1] != []


@pytest.mark.parametrize("rights", ["createrole", "nocreaterole"])
def test_a_login_that_may_not_create_roles_is_refused_with_the_command_for_an_administrator(
    new_server: URL, rights: str
) -> None:
    execute(new_server, f"create role team login {rights} password '{new_server.password}'")
    with database(new_server, "ours", owner="team") as engine:
        if rights == "createrole":
            assert migrate(engine)
            return
        with pytest.raises(PermanentError, match="The login team may not create roles") as refusal:
            migrate(engine)
        assert str(refusal.value).endswith("with psql, and then: grant wearables_owner to team.")


def test_the_loader_s_login_may_not_migrate_and_the_error_names_the_owner_s_setting(new_server: URL) -> None:
    with database(new_server, "first") as engine:
        migrate(engine)
    password = new_server.password
    execute(new_server, f"create role loading login password '{password}' in role wearables_loader")
    sentence = r"The login loading may not migrate the warehouse\. Set WEARABLES_OWNER_URL"
    with database(new_server, "second", owner="loading") as engine, pytest.raises(PermanentError, match=sentence):
        migrate(engine)


@pytest.mark.parametrize(
    ("owner", "used"),
    [
        (None, "loading"),
        ("postgres://owning:p@{host}:{port}/ours", "owning"),
        ("postgresql://owning:p@{host}:{port}/other", "loading"),
        ("postgres://owning:p@elsewhere/ours", "loading"),
    ],
)
def test_migrate_uses_the_owner_s_login_only_for_the_same_database(
    monkeypatch: pytest.MonkeyPatch, owner: str | None, used: str
) -> None:
    from wearables.core import warehouse

    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loading:p@127.0.0.1:5433/ours")
    if owner:
        monkeypatch.setenv("WEARABLES_OWNER_URL", owner.format(host="127.0.0.1", port=5433))
    assert warehouse.owner().url.username == used


def test_an_invalid_owner_s_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from wearables.core import warehouse

    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://loading:p@127.0.0.1:5433/ours")
    monkeypatch.setenv("WEARABLES_OWNER_URL", "owner and password")
    with pytest.raises(PermanentError, match="WEARABLES_OWNER_URL is not a valid URL"):
        warehouse.owner()
