"""The DAGs: exactly one per integration and one for exports, with exactly these tasks and dependencies."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import STEPS
from wearables.pipeline.tasks import RETRIES

ROOT = Path(__file__).parents[2]
DEPENDENCIES = {
    "validate": ["extract", "stage"],
    "extract": ["stage"],
    "stage": ["transform"],
    "transform": ["check"],
    "check": [],
}
PARSE = """
import json, socket, sys
def no_network(*arguments): raise AssertionError("parsing must not touch the network")
socket.socket.connect = no_network
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print(json.dumps({
    "errors": bag.import_errors,
    "dags": {
        dag_id: {
            "dependencies": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
            "mapped": sorted(task.task_id for task in dag.tasks if task.get_closest_mapped_task_group()),
            "retries": {task.task_id: task.retries for task in dag.tasks},
            "params": sorted(dag.params),
            "outlets": {task.task_id: [each.name for each in task.outlets] for task in dag.tasks if task.outlets},
            "schedule": None if dag.schedule is None else dag.schedule.serialize(),
            "catchup": dag.catchup,
            "description": dag.description,
            "tags": sorted(dag.tags),
            "max_active_runs": dag.max_active_runs,
            "run_types": sorted(each.value for each in dag.allowed_run_types or []),
        }
        for dag_id, dag in bag.dags.items()
    },
}))
"""


def parse(integrations: Path, **context: str) -> dict:
    """Parse dags/ with Airflow in a separate process that has no database, connections or network."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "AIRFLOW_HOME": str(integrations / "home"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://nobody@127.0.0.1:9/none",
        "WEARABLES_INTEGRATIONS": str(integrations),
        **context,
    }
    completed = subprocess.run(
        [sys.executable, "-c", PARSE, str(ROOT / "dags")], capture_output=True, text=True, env=environment, check=False
    )
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("integrations")
    (folder / "north.yaml").write_text("schedule: '0 6 * * *'\ntimezone: Europe/Berlin\n")
    (folder / "south.yaml").write_text("")
    (folder / "manual.yaml").write_text("schedule: null\n")
    (folder / "broken.yaml").write_text("chunk_days: 29\nschedule: '0 7 * * *'\ntimezone: Asia/Tokyo")
    return parse(folder)


def test_every_integration_has_a_dag_and_an_invalid_file_does_not_affect_the_others(parsed: dict) -> None:
    assert sorted(parsed["dags"]) == ["broken", "manual", "north", "south", "whoop_export"]


def test_the_problem_of_an_invalid_file_is_an_import_error_of_a_file_without_dags(parsed: dict) -> None:
    ((file, error),) = parsed["errors"].items()
    assert file == str(ROOT / "dags" / "invalid_files.py")
    assert error.endswith("broken.yaml: chunk_days: Input should be less than or equal to 28.\n")


def test_the_dag_of_an_invalid_file_keeps_its_schedule_and_says_what_is_wrong(parsed: dict) -> None:
    broken = parsed["dags"]["broken"]
    assert (broken["schedule"]["expression"], broken["schedule"]["timezone"]) == ("0 7 * * *", "Asia/Tokyo")
    assert broken["description"] == "broken.yaml: chunk_days: Input should be less than or equal to 28."
    assert broken["tags"] == ["invalid file", "whoop"]
    assert parsed["dags"]["north"]["tags"] == ["whoop"]


@pytest.mark.parametrize("dag_id", ["north", "broken"])
def test_a_task_declares_only_its_own_dag(tmp_path: Path, dag_id: str) -> None:
    (tmp_path / "north.yaml").write_text("")
    (tmp_path / "broken.yaml").write_text("timezone: Europe/Londn\n")
    # Airflow sets this for the process of a task.
    of_task = parse(tmp_path, _AIRFLOW_PARSING_CONTEXT_DAG_ID=dag_id)
    assert sorted(of_task["dags"]) == [dag_id, "whoop_export"]


@pytest.mark.parametrize("dag_id", ["north", "south", "manual", "broken"])
def test_tasks_and_dependencies(parsed: dict, dag_id: str) -> None:
    assert parsed["dags"][dag_id]["dependencies"] == DEPENDENCIES
    assert parsed["dags"][dag_id]["mapped"] == ["extract", "stage"]


def test_exports_have_their_own_dag(parsed: dict) -> None:
    export = parsed["dags"]["whoop_export"]
    assert {task: set(after) for task, after in export["dependencies"].items()} == {
        "validate": {"stage", "transform", "check"},
        "stage": {"transform"},
        "transform": {"check"},
        "check": set(),
    }
    assert export["retries"] == dict.fromkeys(("validate", "stage", "transform", "check"), RETRIES["retries"])
    assert export["params"] == ["athlete", "file", "integration"]
    assert (export["schedule"]["expression"], export["catchup"], export["max_active_runs"]) == (
        "*/10 * * * *",
        False,
        1,
    )


def test_every_task_is_retried_unless_its_error_is_permanent(parsed: dict) -> None:
    assert parsed["dags"]["south"]["retries"] == dict.fromkeys(STEPS, RETRIES["retries"])


def test_parameters_of_a_run(parsed: dict) -> None:
    assert parsed["dags"]["south"]["params"] == ["athletes", "collections", "end_date", "start_date"]


def test_schedule_and_time_zone_come_from_the_integration_file(parsed: dict) -> None:
    north, south, manual = (parsed["dags"][name] for name in ("north", "south", "manual"))
    assert (north["schedule"]["expression"], north["schedule"]["timezone"]) == ("0 6 * * *", "Europe/Berlin")
    assert (south["schedule"]["expression"], south["schedule"]["timezone"]) == ("0 0 * * *", "UTC")
    assert manual["schedule"] is None


def test_a_new_integration_waits_for_its_schedule(parsed: dict) -> None:
    assert parsed["dags"]["south"]["schedule"]["run_immediately"] is False


def test_missed_runs_are_not_caught_up_because_the_next_run_covers_them(parsed: dict) -> None:
    assert not parsed["dags"]["south"]["catchup"]


def test_a_daily_pull_starts_while_a_long_pull_is_running(parsed: dict) -> None:
    assert parsed["dags"]["south"]["max_active_runs"] > 1


def test_a_backfill_is_refused_because_one_manual_pull_covers_any_period(parsed: dict) -> None:
    assert "backfill" not in parsed["dags"]["south"]["run_types"]
    assert {"scheduled", "manual"} <= set(parsed["dags"]["south"]["run_types"])


@pytest.mark.parametrize("option", [["--dag-id", "team"], ["--dag-id=team"]])
def test_the_command_line_says_what_to_do_instead_of_a_backfill(tmp_path: Path, option: list[str]) -> None:
    (tmp_path / "team.yaml").write_text("")
    environment = {"PATH": "/usr/bin:/bin", "WEARABLES_INTEGRATIONS": str(tmp_path)}
    words = [ROOT / "bin" / "airflow", "backfill", "create", *option, "--from-date", "2026-01-01"]
    refused = subprocess.run(words, capture_output=True, text=True, env=environment, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "bin/airflow dags trigger team --conf" in refused.stderr


def test_only_the_transform_updates_the_asset(parsed: dict) -> None:
    assert parsed["dags"]["north"]["outlets"] == {"transform": ["wearables://north"]}
