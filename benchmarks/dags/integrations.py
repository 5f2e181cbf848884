"""The DAGs of dags/integrations.py for the Airflow of the benchmarks. In those named empty_..., the tasks do nothing.

This way, both kinds have the same tasks, retries, pools and arrows, whatever they are in this version. A run of an
empty DAG has as many mapped tasks as its parameter ``mapped`` has entries: those that another run's validate returned.
"""

import functools
import runpy
from collections.abc import Callable
from typing import Any

import attr

from wearables.core.settings import PROJECT_DIR
from wearables.pipeline import tasks

STEPS = ("validate", "extract", "stage", "transform", "check")


def or_nothing(step: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap the function of a task: in an empty DAG, it only returns a value of the same kind."""

    @functools.wraps(step)
    def wrapped(name: str, *args: Any, dag_run: Any = None, **context: Any) -> Any:
        if name.startswith("empty_"):
            return {"validate": dag_run.conf["mapped"], "extract": None}.get(step.__name__, {})
        return step(name, *args, dag_run=dag_run, **context)

    return wrapped


for step in STEPS:
    task = getattr(tasks, step)
    setattr(tasks, step, attr.evolve(task, function=or_nothing(task.function)))
runpy.run_path(str(PROJECT_DIR / "dags" / "integrations.py"))
