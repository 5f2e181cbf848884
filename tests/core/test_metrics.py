"""The metric catalogue: valid, complete, and the only place that names a metric."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import Engine

from tests.sql.test_cases import store
from wearables.cli.dictionary_markdown import dictionary
from wearables.cli.sql import sql as print_sql
from wearables.core import metrics, schema, sql_files
from wearables.core.errors import PermanentError
from wearables.core.settings import SQL_DIR
from wearables.core.warehouse import transaction
from wearables.pipeline.transform import recompute
from wearables.whoop_export.columns import CYCLES, SLEEPS, WORKOUTS
from wearables_dev.sandbox import World

INVENTED = {
    "title": "Readiness",
    "unit": "points",
    "description": "An athlete's invented readiness",
    "records": "recovery",
    "path": "score.readiness.points_milli",
    "divisor": 1000,
    "range": [0, 10],
    "status": "house",
    "citation": "This test",
}
RECORDS = [
    {"collection": "cycle", "id": 1, "start": "2026-03-01T22:00:00Z", "timezone_offset": "Z", "score": {}},
    {"collection": "recovery", "cycle_id": 1, "score": {"readiness": {"points_milli": 7500}}},
    {"collection": "cycle", "id": 2, "start": "2026-03-02T22:00:00Z", "timezone_offset": "Z", "score": {}},
    {"collection": "recovery", "cycle_id": 2, "score": {"readiness": {"points_milli": 99000}}},
]


METRICS = "select metric, value from analytics.metrics order by metric"


@pytest.fixture
def catalogue_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Replace the catalogue: ``catalogue_of(readiness={...})`` adds a metric to those of the file."""

    original = metrics.FILE

    def replace(**changes: dict[str, Any]) -> None:
        content = yaml.safe_load(original.read_text())
        content["metrics"] |= changes
        (tmp_path / "metrics.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        monkeypatch.setattr(metrics, "FILE", tmp_path / "metrics.yaml")
        forget()

    yield replace
    monkeypatch.undo()
    forget()


def forget() -> None:
    metrics.catalogue.cache_clear()
    sql_files.sql.cache_clear()


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with transaction(engine) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_a_new_daily_metric_needs_one_entry_in_the_catalogue(warehouse_engine: Engine, catalogue_of: Any) -> None:
    catalogue_of(readiness=INVENTED)
    with transaction(warehouse_engine) as connection, pytest.raises(PermanentError, match="migrations are pending"):
        schema.require_migrated(connection)
    assert schema.migrate(warehouse_engine) == [
        "20_metric_definitions",
        "23_metric_columns",
        "24_metrics",
        "30_athlete_days",
        "42_coverage",
    ]
    assert schema.migrate(warehouse_engine) == []
    definition = "select title, unit, source, minimum, maximum, formula from analytics.metric_definitions "
    assert rows(warehouse_engine, definition + "where metric = 'readiness'") == [
        ("Readiness", "points", "recovery.score.readiness.points_milli", 0, 10, "As reported by WHOOP")
    ]
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql("insert into ops.athletes values ('team', 1, 'A', 'B')")
        for record in RECORDS:
            store(connection, record, "run-1")
    with transaction(warehouse_engine) as connection:
        recompute(connection, "team", "run-1")
    value = "select metric_date::text, value, unit from analytics.metrics where metric = 'readiness'"
    assert rows(warehouse_engine, value) == [("2026-03-02", 7.5, "points")]
    for view in ("analytics.athlete_days", "analytics_pseudonymous.athlete_days"):
        column = f"select readiness from {view} where metric_date = '2026-03-02'"
        assert rows(warehouse_engine, column) == [(7.5,)]
    assert rows(warehouse_engine, "select record_id, reason from ops.quarantine") == [
        ("2", "readiness is out of range")
    ]
    absent = "select metric_date::text from analytics.coverage where 'readiness' = any(absent_metrics)"
    assert rows(warehouse_engine, absent) == [("2026-03-03",)]
    with transaction(warehouse_engine) as connection:
        text = dictionary(connection)
    assert (
        "| `readiness` | points | An athlete's invented readiness | `recovery.score.readiness.points_milli` |" in text
    )
    assert text.count("| `readiness` | double precision | An athlete's invented readiness (points). |") == 2


def test_the_sandbox_sends_and_expects_a_new_direct_metric(catalogue_of: Any) -> None:
    catalogue_of(readiness=INVENTED)
    world = World(athletes=1, days=5)
    points = [
        record.payload["score"]["readiness"]["points_milli"]
        for record in world.records[min(world.athletes), "recovery"]
        if "score" in record.payload
    ]
    assert points and set(points) == {5000}
    assert {row["value"] for row in world.expected_metrics if row["metric"] == "readiness"} == {5}


def test_the_definitions_are_those_of_the_catalogue(warehouse_engine: Engine) -> None:
    catalogue = metrics.catalogue()
    found = rows(warehouse_engine, "select metric, kind, title, description from analytics.metric_definitions")
    assert set(found) == {
        *((each.name, "metric", each.title, each.description) for each in catalogue.metrics),
        *((each.name, "trend", each.title, each.description) for each in catalogue.trends),
    }


def test_a_metric_removed_from_the_catalogue_has_no_definition_and_no_values_but_keeps_its_column(
    warehouse_engine: Engine, catalogue_of: Any
) -> None:
    catalogue_of(readiness=INVENTED)
    schema.migrate(warehouse_engine)
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql(
            "insert into analytics.days (integration, athlete_id, metric_date, steps, readiness) "
            "values ('team', 1, '2026-03-02', 100, 7)"
        )
    assert rows(warehouse_engine, METRICS) == [("readiness", 7), ("steps", 100)]
    catalogue_of()
    schema.migrate(warehouse_engine)
    assert rows(warehouse_engine, "select metric from analytics.metric_definitions where metric = 'readiness'") == []
    assert rows(warehouse_engine, METRICS) == [("steps", 100)]
    assert rows(warehouse_engine, "select readiness from analytics.days") == [(7,)]


def test_every_cell_is_a_column_of_the_export() -> None:
    columns = {
        "nap": {column.key for column in SLEEPS.columns},
        "workout": {column.key for column in WORKOUTS.columns},
    }
    cycles = {column.key for column in CYCLES.columns}
    unknown = [
        (metric.name, cell)
        for metric in metrics.catalogue().metrics
        if metric.export
        for cell in metric.export.cells
        if cell not in columns.get(metric.records, cycles)
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"colour": "red"}, "Extra inputs are not permitted"),
        ({"unit": None}, "Input should be a valid string"),
        ({"path": "score -> 'x'"}, "String should match pattern"),
        ({"range": [10, 0]}, "minimum is not below its maximum"),
        ({"duration": True}, "exactly one of path, duration: true and combine: count"),
        ({"combine": "sum"}, "set combine to sum or count for naps and workouts"),
        ({"status": "probable"}, "Input should be 'accepted', 'contested' or 'house'"),
    ],
)
def test_an_invalid_entry_is_rejected_in_one_sentence(change: dict, sentence: str, catalogue_of: Any) -> None:
    catalogue_of(readiness=INVENTED | change)
    with pytest.raises(PermanentError, match=sentence) as rejection:
        metrics.catalogue()
    position = len(yaml.safe_load(metrics.FILE.read_text())["metrics"]) - 1
    assert f"metrics.{position}" in str(rejection.value)
    assert "\n" not in str(rejection.value)


def test_a_name_is_not_both_a_metric_and_a_trend(catalogue_of: Any) -> None:
    catalogue_of(zone_load=INVENTED)
    with pytest.raises(PermanentError, match="declares zone_load both as a metric and as a trend"):
        metrics.catalogue()


def test_no_step_of_the_transform_inserts_by_position() -> None:
    paths = [*(SQL_DIR / "pipeline/transform").glob("*.sql*")]
    assert len(paths) > 15
    for path in paths:
        text = " ".join(sql_files.read(path).split())
        assert text.count("insert into ") == len(re.findall(r"insert into [\w.]+ (?:as \w+ )?\(", text)), path.name


def test_the_sql_that_runs_can_be_printed() -> None:
    name = "pipeline/transform/fresh_days"
    printed = CliRunner().invoke(print_sql, [name])
    assert printed.exit_code == 0
    assert printed.stdout.rstrip("\n") == sql_files.sql(name).rstrip("\n")
    assert "cycle.score -> 'strain' as day_strain_1," in printed.stdout


def test_every_template_renders_to_plain_sql(tmp_path: Path) -> None:
    sql_files.render_templates(tmp_path)
    rendered = {path.relative_to(tmp_path).as_posix(): path.read_text() for path in tmp_path.rglob("*.sql")}
    assert len(rendered) == len(sql_files.templates()) > 8
    assert [name for name, text in rendered.items() if "{{" in text or "{%" in text] == []


def test_an_unknown_file_is_rejected() -> None:
    with pytest.raises(PermanentError, match=r"include/sql has no file core/nothing\.sql"):
        sql_files.sql("core/nothing")
