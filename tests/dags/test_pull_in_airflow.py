"""The whole DAG, run by Airflow in this process against the sandbox."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.factories import STEPS


@pytest.mark.dag
def test_a_run_is_green_from_end_to_end_and_a_second_one_changes_nothing(team: Any, run_dag: Any) -> None:
    squad = team(athletes=3, days=45)
    outcome = run_dag(**squad.all_days())
    assert outcome["run"] == "success"
    assert outcome["tasks"] == [
        (step, "success") for step in STEPS for _ in range(3 if step in {"extract", "stage"} else 1)
    ]
    assert squad.metrics() == squad.truth()

    grants = squad.world.grants._grants
    secrets = [
        squad.world.client_secret,
        *(each.access_token for each in grants),
        *(each.refresh_token for each in grants),
    ]
    # Airflow's database holds XComs, rendered templates and events; its folder, the logs.
    everything = b"".join(path.read_bytes() for path in Path(os.environ["AIRFLOW_HOME"]).rglob("*") if path.is_file())
    assert b"team" in everything
    assert not [secret for secret in secrets if secret.encode() in everything]

    before = squad.snapshot()
    assert run_dag(**squad.all_days())["run"] == "success"
    assert squad.snapshot() == before


@pytest.mark.dag
def test_a_user_s_mistake_is_one_sentence_in_the_log_and_nothing_else_runs(
    team: Any, run_dag: Any, caplog: pytest.LogCaptureFixture
) -> None:
    squad = team()
    squad.world.requests.clear()
    outcome = run_dag(start_date="2026-05-02", end_date="2026-05-01")
    assert outcome["run"] == "failed"
    assert outcome["tasks"] == [("validate", "failed")] + [(step, "upstream_failed") for step in STEPS[1:]]
    assert [each.message for each in caplog.records if each.name.startswith("wearables")] == [
        "end_date 2026-05-01 is before start_date 2026-05-02. Swap the dates."
    ]
    assert "Traceback" not in caplog.text
    assert squad.world.requests == []


@pytest.mark.dag
def test_the_trouble_of_one_athlete_fails_check_alone(team: Any, run_dag: Any) -> None:
    squad = team()
    squad.world.revoke(squad.athlete_ids[0])
    outcome = run_dag(**squad.all_days())
    assert outcome["run"] == "failed"
    assert [task for task, state in outcome["tasks"] if state == "failed"] == ["check"]
    assert {key[0] for key in squad.metrics()} == {squad.athlete_ids[1]}
    assert run_dag(**squad.all_days())["run"] == "success"
