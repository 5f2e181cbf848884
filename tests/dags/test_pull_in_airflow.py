"""Whole runs of a DAG of dags/integrations.py, executed by Airflow in this process against the sandbox."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.factories import STEPS
from wearables.core.errors import PermanentError
from wearables.pipeline import extract as extract_module
from wearables.pipeline.batches import Batch


@pytest.mark.dag
def test_a_run_succeeds_from_end_to_end_and_a_second_run_changes_nothing(make_team: Any, run_dag: Any) -> None:
    team = make_team(athletes=3, days=45)
    outcome = run_dag(**team.all_days())
    assert outcome["run"] == "success"
    assert outcome["tasks"] == [
        (step, "success") for step in STEPS for _ in range(3 if step in {"extract", "stage"} else 1)
    ]
    assert team.metrics() == team.expected_metrics()

    grants = team.world.grants._grants
    secrets = [
        team.world.client_secret,
        *(each.access_token for each in grants),
        *(each.refresh_token for each in grants),
    ]
    # AIRFLOW_HOME contains the logs and the database with XComs, rendered templates and events.
    content = b"".join(path.read_bytes() for path in Path(os.environ["AIRFLOW_HOME"]).rglob("*") if path.is_file())
    assert b"team" in content
    assert not [secret for secret in secrets if secret.encode() in content]

    before = team.snapshot()
    assert run_dag(**team.all_days())["run"] == "success"
    assert team.snapshot() == before


@pytest.mark.dag
def test_a_users_mistake_is_logged_in_one_sentence_and_nothing_else_runs(
    make_team: Any, run_dag: Any, caplog: pytest.LogCaptureFixture
) -> None:
    team = make_team()
    team.world.requests.clear()
    outcome = run_dag(start_date="2026-05-02", end_date="2026-05-01")
    assert outcome["run"] == "failed"
    assert outcome["tasks"] == [("validate", "failed")] + [(step, "upstream_failed") for step in STEPS[1:]]
    assert [each.message for each in caplog.records if each.name.startswith("wearables")] == [
        "end_date 2026-05-01 is before start_date 2026-05-02. Swap the dates."
    ]
    assert "Traceback" not in caplog.text
    assert team.world.requests == []


@pytest.mark.dag
def test_a_bug_fails_the_task_at_once_with_a_traceback(
    make_team: Any, run_dag: Any, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_team()

    def divide(*_arguments: Any) -> None:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(extract_module, "extract", divide)
    outcome = run_dag()
    assert ("extract", "failed") in outcome["tasks"]
    log = "".join(capfd.readouterr())
    assert "This is a bug: ZeroDivisionError" in log
    assert "in divide" in log


@pytest.mark.dag
def test_one_athletes_failure_fails_only_check(make_team: Any, run_dag: Any) -> None:
    team = make_team()
    team.world.revoke(team.athlete_ids[0])
    outcome = run_dag(**team.all_days())
    assert outcome["run"] == "failed"
    assert [task for task, state in outcome["tasks"] if state == "failed"] == ["check"]
    assert {key[0] for key in team.metrics()} == {team.athlete_ids[1]}
    assert run_dag(**team.all_days())["run"] == "success"


@pytest.mark.dag
def test_a_batch_that_cannot_be_extracted_keeps_nothing_else_out_of_the_metrics(
    make_team: Any, run_dag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(athletes=2, settings={"athletes_per_task": 1})
    original = extract_module.extract

    def fail_for_the_second_part(integration: Any, run_id: str, batch: Batch) -> None:
        original(integration, run_id, batch)
        if batch.part.number == 2:
            raise PermanentError("It is full.")

    monkeypatch.setattr(extract_module, "extract", fail_for_the_second_part)
    outcome = run_dag(**team.all_days())
    assert [task for task, state in outcome["tasks"] if state != "success"] == ["extract"]
    # Answers that had landed before the failure are staged, too.
    assert team.metrics() == team.expected_metrics()
