"""Migrations: numbered files once, repeatable files again when they change, all or nothing."""

from collections.abc import Callable
from pathlib import Path
from shutil import copy, copytree
from threading import Thread

import pytest
from sqlalchemy import Engine

from wearables.core import metrics, schema
from wearables.core.errors import PermanentError
from wearables.core.settings import SQL_DIR
from wearables.core.warehouse import WarehouseError, transaction

VIEW = "repeatable/41_flags.sql"
# The ledger of a warehouse before version 1.0.0; some of its files have names like today's.
OLD_LEDGER = """
drop schema raw, ops, vault, analytics, analytics_pseudonymous cascade;
create schema ops;
create table ops.migrations (name text primary key, applied_at timestamptz not null default now());
insert into ops.migrations (name) values ('0001_raw'), ('0002_ops'), ('0038_survey_metrics')
"""
PRIVILEGES = """
select format('%%s %%s %%s', relations.oid::regclass, acl.grantee::regrole, acl.privilege_type)
from pg_class as relations
cross join lateral aclexplode(relations.relacl) as acl
where relations.relnamespace::regnamespace::text in ('raw', 'ops', 'vault', 'analytics', 'analytics_pseudonymous')
"""
COLUMNS = "select table_name, column_name from information_schema.columns"
COMMENTS = """
select objoid, objsubid, description from pg_description
where objoid in (select oid from pg_class where relnamespace::regnamespace::text like 'analytics%%' and relkind = 'r')
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the schema files that the runner reads instead of the real ones."""
    copytree(SQL_DIR / "schema", tmp_path / "schema")
    monkeypatch.setattr(schema, "SQL_DIR", tmp_path)
    return tmp_path / "schema"


def rows(engine: Engine, query: str) -> set[tuple[object, ...]]:
    with transaction(engine) as connection:
        return {tuple(row) for row in connection.exec_driver_sql(query, {})}


def pending(engine: Engine) -> list[str]:
    with transaction(engine) as connection:
        return [path.stem for path in schema.pending(connection)]


def edit(path: Path, change: Callable[[str], str]) -> None:
    before = path.read_text()
    assert change(before) != before
    path.write_text(change(before))


def test_a_migrated_warehouse_has_nothing_pending(warehouse_engine: Engine) -> None:
    before = rows(warehouse_engine, "select * from ops.migrations")
    assert pending(warehouse_engine) == []
    assert schema.migrate(warehouse_engine) == []
    assert rows(warehouse_engine, "select * from ops.migrations") == before


def test_a_changed_view_may_change_its_columns_and_keeps_rights_and_dependants(
    warehouse_engine: Engine, folder: Path
) -> None:
    before = rows(warehouse_engine, PRIVILEGES)
    comments = rows(warehouse_engine, COMMENTS)
    edit(folder / "repeatable/40_trends.sql", lambda text: text.replace("    ln_rmssd_n7,\n", "", 1))
    assert pending(warehouse_engine) == ["40_trends"]
    assert schema.migrate(warehouse_engine) == ["40_trends"]
    assert rows(warehouse_engine, PRIVILEGES) == before
    assert rows(warehouse_engine, COMMENTS) == comments
    assert ("trends", "ln_rmssd_n7") not in rows(warehouse_engine, COLUMNS)
    assert {("trends", "ln_rmssd_n28"), ("flags", "reason")} <= rows(warehouse_engine, COLUMNS)
    assert pending(warehouse_engine) == []


def test_a_numbered_file_may_change_a_table_under_a_view(warehouse_engine: Engine, folder: Path) -> None:
    (folder / "migrations/9000_wide.sql").write_text("alter table analytics.days alter column steps type numeric")
    assert schema.migrate(warehouse_engine) == ["9000_wide"]
    types = (
        "select data_type from information_schema.columns where table_name = 'athlete_days' and column_name = 'steps'"
    )
    assert rows(warehouse_engine, types) == {("numeric",)}
    assert pending(warehouse_engine) == []


def test_a_changed_definition_reaches_the_dictionary_and_survey_metrics_stay(
    warehouse_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows(warehouse_engine, "select analytics.define_survey('survey.sauna', 'Sauna?')")
    copy(metrics.FILE, tmp_path)
    edit(tmp_path / metrics.FILE.name, lambda text: text.replace(": RMSSD during", ": Better RMSSD during"))
    monkeypatch.setattr(metrics, "FILE", tmp_path / metrics.FILE.name)
    metrics.catalogue.cache_clear()
    try:
        schema.migrate(warehouse_engine)
    finally:
        metrics.catalogue.cache_clear()
    query = (
        "select metric from analytics.metric_definitions where description like 'Better%%' or metric like 'survey.%%'"
    )
    assert rows(warehouse_engine, query) == {("heart_rate_variability",), ("survey.sauna",)}
    for relation in ("analytics.days", "analytics.athlete_days"):
        query = f"select description from pg_description where objoid = '{relation}'::regclass"
        assert ("Better RMSSD during the main sleep (ms).",) in rows(warehouse_engine, query)


def test_a_wrong_file_leaves_everything_as_it_was(warehouse_engine: Engine, folder: Path) -> None:
    before = [rows(warehouse_engine, query) for query in (PRIVILEGES, COMMENTS, "select * from ops.migrations")]
    (folder / "migrations/9000_right.sql").write_text("create table raw.extra (id integer)")
    edit(folder / VIEW, lambda text: text.replace("from classified", "from nowhere"))
    with pytest.raises(WarehouseError, match="UndefinedTable"):
        schema.migrate(warehouse_engine)
    after = [rows(warehouse_engine, query) for query in (PRIVILEGES, COMMENTS, "select * from ops.migrations")]
    assert after == before
    assert pending(warehouse_engine) == ["9000_right", "41_flags"]


def test_concurrent_migrations_apply_each_file_once(warehouse_engine: Engine, folder: Path) -> None:
    (folder / "migrations/9000_slow.sql").write_text("create table raw.extra (id integer); select pg_sleep(0.5)")
    applied: list[list[str]] = []
    threads = [Thread(target=lambda: applied.append(schema.migrate(warehouse_engine))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [[], ["9000_slow"]]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([VIEW], "1 migration is pending. Run bin/wearables migrate."),
        ([VIEW, "repeatable/42_coverage.sql.j2"], "2 migrations are pending. Run bin/wearables migrate."),
    ],
)
def test_pending_migrations_are_rejected_with_the_command_to_run(
    warehouse_engine: Engine, folder: Path, changes: list[str], sentence: str
) -> None:
    for name in changes:
        edit(folder / name, lambda text: text + "-- changed\n")
    with transaction(warehouse_engine) as connection, pytest.raises(PermanentError) as refusal:
        schema.require_migrated(connection)
    assert str(refusal.value) == sentence


def test_a_warehouse_of_an_older_version_is_rejected_and_left_untouched(warehouse_engine: Engine) -> None:
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql(OLD_LEDGER)
    catalogue = "select oid, relname, xmin::text from pg_class"
    before = rows(warehouse_engine, catalogue), rows(warehouse_engine, "select * from ops.migrations")
    sentence = (
        "create a new, empty database, point the connection `warehouse` at it, run `bin/wearables migrate` and pull"
    )
    with pytest.raises(PermanentError, match=sentence):
        schema.migrate(warehouse_engine)
    with transaction(warehouse_engine) as connection, pytest.raises(PermanentError, match=sentence):
        schema.require_migrated(connection)
    assert (rows(warehouse_engine, catalogue), rows(warehouse_engine, "select * from ops.migrations")) == before


def test_every_view_is_listed_to_be_dropped(warehouse_engine: Engine) -> None:
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql((SQL_DIR / "schema" / "drop_views.sql").read_text())
    query = "select viewname from pg_views where schemaname in ('raw', 'ops', 'vault') or schemaname like 'analytics%%'"
    assert rows(warehouse_engine, query) == set()


def test_a_view_of_the_user_s_own_stops_a_migration_with_a_sentence(warehouse_engine: Engine, folder: Path) -> None:
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql("create view public.mine as select * from analytics.flags")
    before = rows(warehouse_engine, "select * from ops.migrations")
    edit(folder / VIEW, lambda text: text + "-- changed\n")
    with pytest.raises(PermanentError, match="Drop yours, run bin/wearables migrate, and create it again"):
        schema.migrate(warehouse_engine)
    assert rows(warehouse_engine, "select * from ops.migrations") == before
    assert rows(warehouse_engine, "select count(*) from public.mine") == {(0,)}
