"""The pull log: runs, newest first; of one of them, its tasks, chunks and athletes, until it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.taskinstance import TaskInstance
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web import airflow_state
from wearables.web.guard import READER, RightsDep
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/log", dependencies=READER)

RUNS = 20
ATHLETES = 50
MOST_FAILURES = 5


@dataclass(frozen=True)
class Step:
    """A task of the DAG in one run: how many of its instances are where."""

    task: str
    state: str
    done: int
    total: int
    log: str


@dataclass(frozen=True)
class Failure:
    """A failed task: what it said, and where its log is."""

    task: str
    sentences: list[str]
    log: str


@router.get("")
def log(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    session: SessionDep,
    run: str = "",
    sheet: int = Query(1, ge=1, le=1000),
) -> HTMLResponse:
    """The runs, and one of them in full: the newest unless another is asked for."""
    runs = airflow_state.runs(session, integration.name, RUNS)
    chosen = next((each for each in runs if each.run_id == run), None) or (runs[0] if runs else None)
    context = _in_full(session, integration, chosen, sheet) if chosen else {}
    with transaction(warehouse()) as connection:
        ids = [each.run_id for each in runs]
        rows = run_sql(connection, "web/pages/runs", integrations=[integration.name] * len(ids), run_ids=ids)
        plans = {row.run_id: row for row in rows}
    template = "_log.html" if "part" in request.query_params else "log.html"
    return page(
        request, user, template, it=integration, rights=rights, runs=runs, plans=plans, chosen=chosen,
        is_going=any(str(each.state) in airflow_state.GOING for each in runs), sheet=sheet, **context,
    )  # fmt: skip


def _in_full(session: Session, integration: Integration, run: Any, sheet: int) -> dict[str, Any]:
    tasks = airflow_state.tasks(session, integration.name, run.run_id)
    which = {"integration": integration.name, "run_id": run.run_id}
    with transaction(warehouse()) as connection:
        chunks = run_sql(connection, "web/pages/run_chunks", **which).all()
        athletes = run_sql(
            connection, "web/pages/run_athletes", **which, most=ATHLETES, skip=(sheet - 1) * ATHLETES
        ).all()
    return {
        "steps": steps_of(tasks, airflow_state.TASKS),
        "failures": failures_of(tasks),
        "chunks": chunks,
        "athletes": athletes,
        "sheets": -(-athletes[0].total // ATHLETES) if athletes else 1,
    }


def steps_of(tasks: Sequence[TaskInstance], names: Sequence[str]) -> list[Step]:
    """How far each task of a DAG is."""
    return [_step(name, [each for each in tasks if each.task_id == name]) for name in names]


def failures_of(tasks: Sequence[TaskInstance]) -> list[Failure]:
    """The first tasks that failed, and what they said."""
    failed = [each for each in tasks if str(each.state) == "failed"]
    return [Failure(each.task_id, airflow_state.last_words(each), task_path(each)) for each in failed[:MOST_FAILURES]]


def _step(name: str, instances: list[TaskInstance]) -> Step:
    states = [str(each.state or "waiting") for each in instances]
    worst = next(
        (state for state in ("failed", "upstream_failed", "running", "up_for_retry", "queued") if state in states), ""
    )
    done = states.count("success")
    state = worst or ("success" if states and done == len(states) else "waiting")
    shown = next((each for each in instances if str(each.state) == worst), instances[0] if instances else None)
    return Step(name, state.replace("_", " "), done, len(states), task_path(shown) if shown else "")


def task_path(instance: TaskInstance) -> str:
    """Where Airflow's UI shows the log of a task instance."""
    path = f"/dags/{quote(instance.dag_id)}/runs/{quote(instance.run_id, safe='')}/tasks/{quote(instance.task_id)}"
    return path if instance.map_index < 0 else f"{path}/mapped/{instance.map_index}"
