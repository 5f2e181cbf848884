"""Each role of the warehouse can do its work, and nothing beyond it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Engine

from wearables.consent.invites import create_invite
from wearables.consent.offboarding import offboard
from wearables.warehouse import transaction, warehouse

HEALTH = ["raw.records", "analytics.metrics", "analytics.sleeps", "analytics.workouts", "analytics.athlete_days"]
GRANTS = ["vault.grants", "vault.refresh_attempts", "vault.unclaimed_grants", "vault.invites"]


@contextmanager
def acting_as(engine: Engine, role: str) -> Iterator[Any]:
    """A cursor with a member's rights, in a transaction that is taken back."""
    connection = psycopg2.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"set role {role}")
            yield cursor
    finally:
        connection.rollback()
        connection.close()


def relations(engine: Engine) -> list[str]:
    query = """
        select namespaces.nspname || '.' || relations.relname
        from pg_class as relations
        inner join pg_namespace as namespaces on relations.relnamespace = namespaces.oid
        where relations.relkind in ('r', 'v') and namespaces.nspname in ('raw', 'ops', 'vault', 'analytics')
    """
    with transaction(engine) as connection:
        return list(connection.exec_driver_sql(query).scalars())


def readable(engine: Engine, role: str) -> set[str]:
    found = set()
    for relation in relations(engine):
        with acting_as(engine, role) as cursor:
            try:
                cursor.execute(f"select * from {relation} limit 1")
                found.add(relation)
            except InsufficientPrivilege:
                pass
    return found


def test_an_analyst_reads_all_of_analytics_and_nothing_else(team: Callable[..., Any]) -> None:
    squad = team(athletes=1)
    squad.pull(**squad.all_days())
    wanted = {name for name in relations(squad.engine) if name.startswith("analytics.")}
    assert readable(squad.engine, "wearables_analyst") == wanted


def test_an_operator_reads_how_pulls_went_and_no_health_data(team: Callable[..., Any]) -> None:
    squad = team(athletes=1)
    squad.pull(**squad.all_days())
    found = readable(squad.engine, "wearables_operator")
    assert {"ops.pulls", "ops.runs", "ops.schema_drift"} <= found
    assert found.isdisjoint([*HEALTH, *GRANTS, "ops.quarantine", "ops.erased_athletes"])
    with acting_as(squad.engine, "wearables_operator") as cursor:
        cursor.execute("select collection, reason from ops.quarantine")


@pytest.mark.parametrize("role", ["wearables_analyst", "wearables_operator"])
def test_a_reader_changes_nothing(warehouse_engine: Engine, role: str) -> None:
    for relation in relations(warehouse_engine):
        with acting_as(warehouse_engine, "postgres") as cursor:
            cursor.execute("select has_table_privilege(%s, %s, 'insert, update, delete, truncate')", (role, relation))
            assert cursor.fetchone() == (False,), relation
    with acting_as(warehouse_engine, role) as cursor, pytest.raises(InsufficientPrivilege):
        cursor.execute("create table analytics.mine (id integer)")


def test_a_whole_pull_and_an_erasure_run_with_the_rights_of_the_pipeline(
    team: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    squad = team(enrol=False, athletes=1)
    with transaction(squad.engine) as connection:
        connection.exec_driver_sql("drop role if exists pipeline_login")
        connection.exec_driver_sql("create role pipeline_login login password 'p' in role wearables_pipeline")
    url = squad.engine.url.set(drivername="postgres", username="pipeline_login", password="p")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", url.render_as_string(hide_password=False))
    warehouse.cache_clear()
    try:
        squad.enrol()
        squad.pull(**squad.all_days())
        pulled = squad.metrics()
        create_invite("team", "coach", squad.athlete_ids[0])
        receipt = offboard("team", squad.athlete_ids[0], erase=True)
    finally:
        warehouse().dispose()
    assert pulled == squad.truth()
    assert receipt.is_revoked
    assert squad.metrics() == {}


def test_the_pipeline_makes_no_tables_and_leaves_definitions_alone(warehouse_engine: Engine) -> None:
    for statement in (
        "create table raw.mine (id integer)",
        "drop table raw.records",
        "delete from ops.migrations",
        "delete from analytics.metric_definitions",
    ):
        with acting_as(warehouse_engine, "wearables_pipeline") as cursor, pytest.raises(InsufficientPrivilege):
            cursor.execute(statement)
