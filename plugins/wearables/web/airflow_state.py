"""What Airflow knows of integrations: their DAGs, runs and tasks, and the last words of a failed task."""

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
GOING = {"queued", "running"}
MOST_LOG_LINES = 50_000
MOST_SENTENCES = 10
SAID_BY_US = "wearables."


def dags(session: Session, names: Iterable[str]) -> dict[str, DagModel]:
    """The DAGs that Airflow has read, by name."""
    found = session.scalars(select(DagModel).where(DagModel.dag_id.in_(list(names)), ~DagModel.is_stale))
    return {dag.dag_id: dag for dag in found}


def newest_runs(session: Session, names: Iterable[str]) -> dict[str, DagRun]:
    """The newest run of each DAG that has one."""
    newest = select(func.max(DagRun.id)).where(DagRun.dag_id.in_(list(names))).group_by(DagRun.dag_id)
    return {run.dag_id: run for run in session.scalars(select(DagRun).where(DagRun.id.in_(newest)))}


def runs(session: Session, name: str, most: int) -> Sequence[DagRun]:
    """The newest runs of a DAG, newest first."""
    query = select(DagRun).where(DagRun.dag_id == name).order_by(DagRun.id.desc()).limit(most)
    return session.scalars(query).all()


def run(session: Session, name: str, run_id: str) -> DagRun | None:
    """A run of a DAG, if there is one of that id."""
    return session.scalars(select(DagRun).where(DagRun.dag_id == name, DagRun.run_id == run_id)).one_or_none()


def tasks(session: Session, name: str, run_id: str, order: Sequence[str] = TASKS) -> list[TaskInstance]:
    """The task instances of a run, in the order in which they run."""
    query = select(TaskInstance).where(TaskInstance.dag_id == name, TaskInstance.run_id == run_id)
    found = [each for each in session.scalars(query) if each.task_id in order]
    return sorted(found, key=lambda each: (order.index(each.task_id), each.map_index))


def last_words(failed: TaskInstance) -> list[str]:
    """What our own code logged as errors, each sentence once; a summary of several is left out."""
    try:
        stream, _ = TaskLogReader().read_log_chunks(failed, failed.try_number, {"end_of_log": False})
    except (OSError, LookupError):
        return []
    said = dict.fromkeys(
        line.event
        for line in islice(stream, MOST_LOG_LINES)
        if getattr(line, "level", "") == "error" and str(getattr(line, "logger", "")).startswith(SAID_BY_US)
    )
    sentences = list(said)
    return sentences[:-1][:MOST_SENTENCES] or sentences


def refuse_idle(dag: DagModel | None, name: str) -> None:
    """Raises PermanentError when a run of the DAG would not start."""
    if dag is None:
        raise PermanentError(f"Airflow has not read {name} yet; a new file takes a few seconds. Try again then.")
    if dag.is_paused:
        raise PermanentError(f"The DAG {name} is paused; switch it on in Airflow first.")


def trigger(session: Session, name: str, conf: dict[str, Any], user_name: str) -> str:
    """Start a manual run in the name of a user; returns its id. Raises PermanentError."""
    refuse_idle(dags(session, [name]).get(name), name)
    started = trigger_dag(
        dag_id=name,
        conf=conf,
        triggered_by=DagRunTriggeredByType.UI,
        triggering_user_name=user_name,
        session=session,
    )
    if started is None:
        raise PermanentError(f"Airflow has not started a run of {name}; try again.")
    return started.run_id
