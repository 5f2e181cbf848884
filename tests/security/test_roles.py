"""Each role of the warehouse can do its work and nothing else. Every test logs in as a member of the role."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import URL, Engine, create_engine

from wearables.athletes.consent.invites import create_invite
from wearables.athletes.offboarding import offboard
from wearables.core import schema
from wearables.core.settings import SQL_DIR
from wearables.core.warehouse import transaction, warehouse

HEALTH = ["raw.records", "analytics.metrics", "analytics.sleeps", "analytics.workouts", "analytics.athlete_days"]
GRANTS = ["vault.grants", "vault.refresh_attempts", "vault.unclaimed_grants", "vault.invites"]


def login(engine: Engine, role: str, person: str = "somebody") -> URL:
    """Return the warehouse's URL for a person who is a member of this role only."""
    name = f"{person}_as_{role}"
    with transaction(engine) as connection:
        connection.exec_driver_sql(f"drop role if exists {name}")
        connection.exec_driver_sql(f"create role {name} login password 'p' in role {role}")
    return engine.url.set(drivername="postgresql", username=name, password="p")


@contextmanager
def acting_as(engine: Engine, role: str) -> Iterator[Any]:
    """Yield a cursor of such a person. Roll the transaction back when the block ends."""
    connection = psycopg2.connect(login(engine, role).render_as_string(hide_password=False))
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.rollback()
        connection.close()


def relations(engine: Engine) -> list[str]:
    query = """
        select namespaces.nspname || '.' || relations.relname
        from pg_class as relations
        inner join pg_namespace as namespaces on relations.relnamespace = namespaces.oid
        where relations.relkind in ('r', 'v')
        and namespaces.nspname in ('raw', 'ops', 'vault', 'analytics', 'analytics_pseudonymous')
    """
    with transaction(engine) as connection:
        return list(connection.exec_driver_sql(query).scalars())


def readable(engine: Engine, role: str) -> set[str]:
    found = set()
    wanted = relations(engine)
    with acting_as(engine, role) as cursor:
        for relation in wanted:
            cursor.execute("savepoint before")
            try:
                cursor.execute(f"select * from {relation} limit 1")
                found.add(relation)
            except InsufficientPrivilege:
                cursor.execute("rollback to before")
    return found


def test_an_analyst_reads_all_of_analytics_and_nothing_else(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=1)
    team.pull(**team.all_days())
    wanted = {name for name in relations(team.engine) if name.startswith("analytics.")}
    assert readable(team.engine, "wearables_analyst") == wanted
    with acting_as(team.engine, "wearables_analyst") as cursor:
        cursor.execute("select count(*) from analytics.metrics_as_of(now())")
        assert cursor.fetchone()[0] == len(team.metrics())


def test_a_researcher_reads_the_same_days_without_names_or_ids(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, days=90)
    team.pull(**team.all_days())
    wanted = {name for name in relations(team.engine) if name.startswith("analytics_pseudonymous.")}
    assert readable(team.engine, "wearables_researcher") == wanted
    secrets = {str(athlete_id) for athlete_id in team.athlete_ids}
    secrets |= {word for athlete in team.world.athletes.values() for word in (athlete.first_name, athlete.last_name)}
    secrets |= {record_id for (record_id,) in team.rows("select record_id from raw.records")}
    with acting_as(team.engine, "wearables_researcher") as cursor:
        for relation in wanted:
            cursor.execute(f"select * from {relation}")
            columns = {column.name for column in cursor.description}
            cells = {str(cell) for row in cursor for cell in row}
            assert cells, relation
            assert cells.isdisjoint(secrets), relation
            assert "pseudonym" in columns
            assert not [name for name in columns if name.endswith("_id") or name == "name"]
        cursor.execute("select count(*), count(distinct pseudonym) from analytics_pseudonymous.athlete_days")
        assert cursor.fetchone() == (*team.rows("select count(*) from analytics.athlete_days")[0], 2)


def test_an_operator_reads_the_pull_log_but_no_health_data(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=1)
    team.pull(**team.all_days())
    found = readable(team.engine, "wearables_operator")
    assert {"ops.slices", "ops.runs", "ops.schema_drift"} <= found
    assert found.isdisjoint([*HEALTH, *GRANTS, "ops.quarantine", "ops.erased_athletes"])
    with acting_as(team.engine, "wearables_operator") as cursor:
        cursor.execute("select collection, reason from ops.quarantine")


@pytest.mark.parametrize("role", ["wearables_analyst", "wearables_operator", "wearables_researcher"])
def test_a_reader_can_change_nothing(warehouse_engine: Engine, role: str) -> None:
    writes = "select has_table_privilege(%(role)s, %(relation)s, 'insert, update, delete, truncate')"
    wanted = relations(warehouse_engine)
    with transaction(warehouse_engine) as connection:
        for relation in wanted:
            assert not connection.exec_driver_sql(writes, {"role": role, "relation": relation}).scalar(), relation
    with acting_as(warehouse_engine, role) as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute("create table analytics.mine (id integer)")


def test_a_loader_can_run_a_whole_pull_and_an_erasure(
    make_team: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(enrol=False, athletes=1)
    url = login(team.engine, "wearables_loader").set(drivername="postgres")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", url.render_as_string(hide_password=False))
    warehouse.cache_clear()
    try:
        team.enrol()
        team.pull(**team.all_days())
        pulled = team.metrics()
        create_invite("team", "coach", team.athlete_ids[0])
        receipt = offboard("team", team.athlete_ids[0], erase=True)
    finally:
        warehouse().dispose()
    assert pulled == team.expected_metrics()
    assert receipt.is_revoked
    assert team.metrics() == {}


def test_a_loader_can_neither_create_tables_nor_change_definitions(warehouse_engine: Engine) -> None:
    for statement in (
        "create table raw.mine (id integer)",
        "drop table raw.records",
        "delete from ops.migrations",
        "delete from analytics.metric_definitions",
        "delete from analytics.flag_rules",
        "update vault.pseudonym_keys set secret = 'mine'",  # pragma: allowlist secret
    ):
        with acting_as(warehouse_engine, "wearables_loader") as cursor, pytest.raises(InsufficientPrivilege):
            cursor.execute(statement)


def test_an_owner_migrates_and_every_owner_owns_the_new_objects(
    warehouse_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(warehouse_engine) as connection:
        # `migrate` grants this, but the tests' warehouse is a copy, and PostgreSQL does not copy rights on a database.
        connection.exec_driver_sql(f"grant create on database {warehouse_engine.url.database} to wearables_owner")
    copytree(SQL_DIR / "schema", tmp_path / "schema")
    monkeypatch.setattr(schema, "SQL_DIR", tmp_path)
    steps = {
        "one": "create table analytics.extra (id integer primary key); alter table raw.records add column extra text",
        "another": "alter table analytics.extra add column more text; alter table raw.records drop column extra",
    }
    for number, (name, statements) in enumerate(steps.items()):
        (tmp_path / "schema" / "migrations" / f"900{number}_{name}.sql").write_text(statements)
        engine = create_engine(login(warehouse_engine, "wearables_owner", name).set(drivername="postgresql+psycopg2"))
        try:
            assert schema.migrate(engine) == [f"900{number}_{name}"]
        finally:
            engine.dispose()
        assert "analytics.extra" in readable(warehouse_engine, "wearables_analyst")
    with acting_as(warehouse_engine, "wearables_loader") as cursor:
        cursor.execute("insert into analytics.extra (id) values (1)")
