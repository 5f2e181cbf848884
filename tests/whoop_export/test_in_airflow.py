"""The whole DAG whoop_export, run by Airflow in this process."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.whoop_export.steps import Importer, files, pack
from wearables.whoop_export.inbox import SETTLED_SECONDS, conf

ROOT = Path(__file__).parents[2]
# The export's skin temperature, but not a time of day such as 17:50:33.512 or the end of a longer number.
TEMPERATURE = re.compile(rb"(?<!\d)(?<!\d:)33\.51(?!\d)")
STEPS = ["validate", "stage", "transform", "check"]


@pytest.fixture
def run_export(airflow_database: None) -> Callable[..., dict[str, Any]]:
    """Return a function that runs the DAG and returns the states of the run and of every task, in order."""

    def run(**parameters: Any) -> dict[str, Any]:
        from airflow.dag_processing.dagbag import DagBag

        dag = DagBag(str(ROOT / "dags"), bundle_path=ROOT / "dags", bundle_name="dags-folder").get_dag("whoop_export")
        done = dag.test(run_conf=parameters, logical_date=None)
        instances = sorted(done.get_task_instances(), key=lambda each: (STEPS.index(each.task_id), each.map_index))
        return {"run": str(done.state), "tasks": [(each.task_id, str(each.state)) for each in instances]}

    return run


@pytest.mark.dag
def test_an_export_is_imported_and_a_second_run_changes_nothing(
    make_importer: Callable[..., Importer], run_export: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    importer = make_importer({"survey_questions": '["Have any caffeine?"]'}, athletes=1, days=1)
    athlete_id = importer.team.athlete_ids[0]
    outcome = run_export(**conf("team", athlete_id, importer.drop(pack(files()))))
    assert outcome == {"run": "success", "tasks": [(step, "success") for step in STEPS]}
    assert len(importer.values()) == 28
    before = importer.team.snapshot()
    # The first run has deleted its file.
    assert run_export(**conf("team", athlete_id, importer.drop(pack(files()))))["run"] == "success"
    assert importer.team.snapshot() == before
    # AIRFLOW_HOME contains the database, with XComs, rendered templates and events, and the logs.
    everything = b"".join(path.read_bytes() for path in Path(os.environ["AIRFLOW_HOME"]).rglob("*") if path.is_file())
    for value in (b"two cups", b"caffeine"):
        assert value not in everything
    assert not TEMPERATURE.search(everything)


@pytest.mark.dag
def test_a_rejected_export_is_one_sentence_in_the_log_and_no_other_task_runs(
    make_importer: Callable[..., Importer], run_export: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    importer = make_importer(athletes=1, days=1)
    outcome = run_export(**conf("team", importer.team.athlete_ids[0], importer.drop(b"no zip")))
    assert outcome["run"] == "failed"
    assert outcome["tasks"][0] == ("validate", "failed")
    assert {state for _, state in outcome["tasks"][1:]} == {"upstream_failed"}
    assert [each.message for each in caplog.records if each.name.startswith("wearables")][-1].startswith(
        "The file is not a ZIP"
    )
    assert "Traceback" not in caplog.text


@pytest.mark.dag
def test_without_parameters_it_imports_waiting_files_and_fails_for_the_rejected_ones(
    make_importer: Callable[..., Importer], run_export: Callable[..., Any], tmp_path: Path
) -> None:
    importer = make_importer(athletes=2, days=1)
    assert run_export() == {
        "run": "success",
        "tasks": [(step, "skipped") for step in STEPS],
    }
    first, second = importer.team.athlete_ids
    for athlete_id, content in ((first, b"no zip"), (second, pack(files()))):
        path = tmp_path / "landing" / "team" / "inbox" / "exports" / str(athlete_id) / "export.zip"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        settled = time.time() - SETTLED_SECONDS - 5
        os.utime(path, (settled, settled))
    outcome = run_export()
    assert [task for task, state in outcome["tasks"] if state == "failed"] == ["check"]
    assert {key[0] for key in importer.values()} == {second}
    assert not list((tmp_path / "landing").rglob("*.zip"))
