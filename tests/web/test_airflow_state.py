"""The errors of a failed task on the pages: those of our code or, if it logged none, those of Airflow."""

from types import SimpleNamespace
from typing import Any

import pytest

from wearables.web import airflow_state


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (
            [("wearables.pipeline.tasks", "error", "Swap the dates."), ("task", "error", "Task failed")],
            ["Swap the dates."],
        ),
        (
            [("wearables.a", "error", "1"), ("wearables.a", "error", "2"), ("wearables.b", "error", "1 and 2")],
            ["1", "2"],
        ),
        (
            [("task", "info", "began"), ("task", "error", "Dag not found during start up")],
            ["Dag not found during start up"],
        ),
        ([("airflow.task", "critical", "killed"), ("botocore", "error", "https://key@bucket")], ["killed"]),
        ([("task", "info", "began")], []),
    ],
)
def test_the_errors_of_a_failed_task(monkeypatch: pytest.MonkeyPatch, lines: list[tuple], shown: list[str]) -> None:
    log = [SimpleNamespace(logger=logger, level=level, event=event) for logger, level, event in lines]
    monkeypatch.setattr("airflow.utils.log.log_reader.TaskLogReader.read_log_chunks", lambda *_: (iter(log), {}))
    failed: Any = SimpleNamespace(try_number=1)
    assert airflow_state.logged_errors(failed) == shown
