"""The pull log: the newest runs, and the tasks, chunks and athletes of one of them, refreshed until the run ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web import airflow_state
from wearables.web.guard import READ_PAGE, RightsDep
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/log", dependencies=READ_PAGE)

RUNS = 20
ATHLETES_PER_PAGE = 50
MAX_FAILURES = 5
# A task with several instances has the first of these states that one of its instances has.
STATES_BY_URGENCY = ("failed", "upstream_failed", "running", "up_for_retry", "queued")


@dataclass(frozen=True)
class Step:
    """A task of the DAG in one run: its state, and how many of its instances are done."""

    task: str
    state: str
    done: int
    total: int
    log: str


@dataclass(frozen=True)
class Failure:
    """A failed task: the errors that it logged, and the path of its log."""

    task: str
    errors: list[str]
    log: str


@router.get("")
def log(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    session: SessionDep,
    run: str = "",
    page_number: int = Query(1, alias="page", ge=1, le=1000),
) -> HTMLResponse:
    """List the newest runs and show one of them in detail, by default the newest."""
    runs = airflow_state.runs(session, integration.name, RUNS)
    chosen = next((each for each in runs if each.run_id == run), runs[0] if runs else None)
    details = _run_details(session, integration, chosen, page_number) if chosen else {}
    run_ids = [each.run_id for each in runs]
    with transaction(warehouse()) as connection:
        rows = run_sql(connection, "web/pages/runs", integrations=[integration.name] * len(runs), run_ids=run_ids)
        plans = {row.run_id: row for row in rows}
    template = "_log.html" if "part" in request.query_params else "log.html"
    is_active = any(str(each.state) in airflow_state.ACTIVE_STATES for each in runs)
    context = {"runs": runs, "plans": plans, "chosen": chosen, "is_active": is_active, "page_number": page_number}
    return page(request, user, template, integration=integration, rights=rights, **context, **details)


def _run_details(session: Session, integration: Integration, run: DagRun, page_number: int) -> dict[str, Any]:
    tasks = airflow_state.tasks(session, integration.name, run.run_id)
    key = {"integration": integration.name, "run_id": run.run_id}
    skip = (page_number - 1) * ATHLETES_PER_PAGE
    with transaction(warehouse()) as connection:
        chunks = run_sql(connection, "web/pages/run_chunks", **key).all()
        athletes = run_sql(connection, "web/pages/run_athletes", **key, max_rows=ATHLETES_PER_PAGE, skip=skip).all()
    return {
        "steps": steps_of(tasks, airflow_state.TASKS),
        "failures": failures_of(tasks),
        "chunks": chunks,
        "athletes": athletes,
        "pages": -(-athletes[0].total // ATHLETES_PER_PAGE) if athletes else 1,
    }


def steps_of(tasks: Sequence[TaskInstance], names: Sequence[str]) -> list[Step]:
    """Return the progress of each task of a DAG."""
    return [_step(name, [each for each in tasks if each.task_id == name]) for name in names]


def failures_of(tasks: Sequence[TaskInstance]) -> list[Failure]:
    """Return the first MAX_FAILURES failed tasks with the errors that they logged."""
    failed = [each for each in tasks if str(each.state) == "failed"]
    return [Failure(each.task_id, airflow_state.logged_errors(each), _log_path(each)) for each in failed[:MAX_FAILURES]]


def _step(name: str, instances: list[TaskInstance]) -> Step:
    states = [str(each.state or "waiting") for each in instances]
    urgent = next((state for state in STATES_BY_URGENCY if state in states), "")
    done = states.count("success")
    state = urgent or ("success" if states and done == len(states) else "waiting")
    shown = next((each for each in instances if str(each.state) == urgent), instances[0] if instances else None)
    return Step(name, state.replace("_", " "), done, len(states), _log_path(shown) if shown else "")


def _log_path(instance: TaskInstance) -> str:
    """Return the path of a task instance's log in Airflow's UI."""
    path = f"/dags/{quote(instance.dag_id)}/runs/{quote(instance.run_id, safe='')}/tasks/{quote(instance.task_id)}"
    return path if instance.map_index < 0 else f"{path}/mapped/{instance.map_index}"
