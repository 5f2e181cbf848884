"""Import an athlete's own export: the upload, the start of its run, and how imports went."""

from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from wearables.core.errors import WearablesError
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web import airflow_state
from wearables.web.guard import EDITOR, EDITOR_SEES, RUN
from wearables.web.pages.integration import IntegrationDep
from wearables.web.pages.pull_log import failures_of, steps_of
from wearables.web.rendering import go_to, page
from wearables.whoop_export import inbox

router = APIRouter(prefix="/integrations/{dag_id}/import")

DAG = "whoop_export"
TASKS = ("validate", "stage", "transform", "check")
ATHLETES = 1000
IMPORTS = 20


@router.get("", dependencies=EDITOR_SEES)
def ask(
    integration: IntegrationDep, request: Request, user: GetUserDep, session: SessionDep, run: str = ""
) -> HTMLResponse:
    """The form, and below it the imports so far; one that was just started is followed."""
    template = "_imports.html" if "part" in request.query_params else "import.html"
    return page(request, user, template, **_context(session, integration, run))


@router.post("", dependencies=EDITOR)
def import_export(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    session: SessionDep,
    athlete_id: Annotated[int, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:
    """Store the upload in the drop folder and start its import in the user's name."""
    if not get_auth_manager().is_authorized_dag(
        method="POST", access_entity=RUN, details=DagDetails(id=DAG), user=user
    ):
        raise HTTPException(403, f"Your role in Airflow does not let you trigger {DAG}.")
    try:
        airflow_state.refuse_idle(airflow_state.dags(session, [DAG]).get(DAG), DAG)
        url = inbox.receive(integration.name, athlete_id, file.file)
    except WearablesError as reason:
        context = _context(session, integration, "") | {"refusal": str(reason), "athlete_id": athlete_id}
        return page(request, user, "import.html", 409, **context)
    run_id = airflow_state.trigger(session, DAG, inbox.conf(integration.name, athlete_id, url), user.get_name())
    return go_to(request, "integrations", integration.name, "import", run=run_id)


def _context(session: Session, integration: Integration, run_id: str) -> dict[str, Any]:
    with transaction(warehouse()) as connection:
        athletes = run_sql(connection, "web/pages/athletes", integration=integration.name, most=ATHLETES, skip=0).all()
        imports = run_sql(connection, "web/pages/imports", integration=integration.name, most=IMPORTS).all()
    run = airflow_state.run(session, DAG, run_id) if run_id else None
    tasks = airflow_state.tasks(session, DAG, run_id, TASKS) if run else []
    return {
        "it": integration,
        "athletes": [each for each in athletes if each.grant_state != "offboarded"],
        "imports": imports,
        "run": run,
        "is_going": run is not None and str(run.state) in airflow_state.GOING,
        "steps": steps_of(tasks, TASKS),
        "failures": failures_of(tasks),
    }
