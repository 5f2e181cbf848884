"""What Airflow itself shows of invalid integration files: DAGs, an import error, and failed runs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.factories import STEPS

NEVER = "schedule: 0 0 30 2 *"
TYPO = "timezone: Europe/Londn\nschedule: 0 6 * * *"
DATE = "start_date: 2026-13-01"


@pytest.fixture
def airflow(tmp_path: Path) -> Any:
    """Return a function that runs a command of Airflow with a database of its own, and returns its output."""
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "home"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
        "WEARABLES_INTEGRATIONS": str(tmp_path / "integrations"),
    }

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "airflow", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=200)
        # Airflow's list of import errors exits with 1 if there are any.
        assert done.returncode in {0, 1}, done.stderr
        return done.stdout

    (tmp_path / "integrations").mkdir()
    run("db", "migrate")
    return run


@pytest.mark.dag
def test_airflow_keeps_every_dag_and_shows_an_import_error(airflow: Any, tmp_path: Path) -> None:
    files = tmp_path / "integrations"
    for name, text in {"good": "", "never": NEVER, "typo": TYPO, "date": DATE}.items():
        (files / f"{name}.yaml").write_text(text)

    def shown(*words: str) -> Any:
        return json.loads(airflow(*words, "--output", "json").splitlines()[-1])

    airflow("dags", "reserialize")
    assert {dag["dag_id"] for dag in shown("dags", "list")} == {"good", "never", "typo", "date", "whoop_export"}
    (error,) = shown("dags", "list-import-errors")
    assert error["filepath"] == "invalid_files.py"
    for problem in (
        'date.yaml: start_date: "2026-13-01" is not a valid date.',
        'never.yaml: schedule: "0 0 30 2 *" is not a schedule.',
        'typo.yaml: timezone: "Europe/Londn" is not an IANA time zone.',
    ):
        assert problem in error["error"]
    for name in ("never", "typo", "date"):
        (files / f"{name}.yaml").write_text("")
    airflow("dags", "reserialize")
    assert "No data found" in airflow("dags", "list-import-errors")


@pytest.mark.dag
@pytest.mark.parametrize("text", [TYPO, DATE, "collections: [sleep", "colour: red"])
def test_a_run_of_an_invalid_file_fails_at_validate_with_file_key_and_reason(
    make_team: Any, run_dag: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    team = make_team(enrol=False)
    (tmp_path / "team.yaml").write_text(text)
    (tmp_path / "other.yaml").write_text("colour: blue")
    team.world.requests.clear()
    outcome = run_dag()
    assert outcome["run"] == "failed"
    assert outcome["tasks"] == [("validate", "failed")] + [(step, "upstream_failed") for step in STEPS[1:]]
    (message,) = [each.message for each in caplog.records if each.name.startswith("wearables")]
    assert message.startswith("team.yaml: ")
    assert team.world.requests == []
