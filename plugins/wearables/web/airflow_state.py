"""Airflow's side of integrations: their DAGs, runs and tasks, and the errors that a failed task has logged."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from airflow.api.common.trigger_dag import trigger_dag
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.utils.log.log_reader import TaskLogReader
from airflow.utils.types import DagRunTriggeredByType
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError

TASKS = ("validate", "extract", "stage", "transform", "check")
ACTIVE_STATES = {"queued", "running"}
MAX_LOG_LINES = 50_000
MAX_ERRORS = 10
OUR_LOGGERS = "wearables."
AIRFLOW_LOGGERS = ("airflow.", "task")
ERROR_LEVELS = {"error", "critical"}


def dags(session: Session, names: Iterable[str]) -> dict[str, DagModel]:
    """Return the DAGs that Airflow has parsed, by name."""
    found = session.scalars(select(DagModel).where(DagModel.dag_id.in_(list(names)), ~DagModel.is_stale))
    return {dag.dag_id: dag for dag in found}


def newest_runs(session: Session, names: Iterable[str]) -> dict[str, DagRun]:
    """Return the newest run of each DAG that has one, by the DAG's name."""
    newest = select(func.max(DagRun.id)).where(DagRun.dag_id.in_(list(names))).group_by(DagRun.dag_id)
    return {run.dag_id: run for run in session.scalars(select(DagRun).where(DagRun.id.in_(newest)))}


def runs(session: Session, name: str, limit: int) -> Sequence[DagRun]:
    """Return the newest runs of a DAG, newest first."""
    query = select(DagRun).where(DagRun.dag_id == name).order_by(DagRun.id.desc()).limit(limit)
    return session.scalars(query).all()


def run(session: Session, name: str, run_id: str) -> DagRun | None:
    """Return one run of a DAG, or None if there is no run with this id."""
    return session.scalars(select(DagRun).where(DagRun.dag_id == name, DagRun.run_id == run_id)).one_or_none()


def tasks(session: Session, name: str, run_id: str, order: Sequence[str] = TASKS) -> list[TaskInstance]:
    """Return the task instances of a run, in the order in which the tasks run."""
    query = select(TaskInstance).where(TaskInstance.dag_id == name, TaskInstance.run_id == run_id)
    found = [each for each in session.scalars(query) if each.task_id in order]
    return sorted(found, key=lambda each: (order.index(each.task_id), each.map_index))


def logged_errors(failed: TaskInstance) -> list[str]:
    """Return the distinct errors that our code logged in a failed task or, if there are none, those of Airflow.

    If there are several of ours, the last one is left out, because it summarises the others.
    """
    try:
        stream, _ = TaskLogReader().read_log_chunks(failed, failed.try_number, {"end_of_log": False})
        lines = [line for line in islice(stream, MAX_LOG_LINES) if getattr(line, "level", "") in ERROR_LEVELS]
    except (OSError, LookupError):
        return []
    ours = list(dict.fromkeys(each.event for each in lines if _logger(each).startswith(OUR_LOGGERS)))
    others = list(dict.fromkeys(each.event for each in lines if _logger(each).startswith(AIRFLOW_LOGGERS)))
    return ours[:-1][:MAX_ERRORS] or ours or others[:MAX_ERRORS]


def _logger(line: Any) -> str:
    return str(getattr(line, "logger", ""))


def require_active(dag: DagModel | None, name: str) -> None:
    """Raise PermanentError if a run of the DAG cannot start."""
    if dag is None:
        raise PermanentError(f"Airflow has not parsed the DAG {name} yet. Try again in a few seconds.")
    if dag.is_paused:
        raise PermanentError(f"The DAG {name} is paused. Unpause it in Airflow first.")


def trigger(session: Session, name: str, conf: dict[str, Any], user_name: str) -> str:
    """Start a manual run on behalf of a user and return its id. Raises PermanentError if it cannot start."""
    require_active(dags(session, [name]).get(name), name)
    started = trigger_dag(
        dag_id=name, conf=conf, triggered_by=DagRunTriggeredByType.UI, triggering_user_name=user_name, session=session
    )
    if started is None:
        raise PermanentError(f"Airflow did not start a run of {name}. Try again.")
    return started.run_id
