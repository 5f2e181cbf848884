"""Import an athlete's data export: upload it, start a run of whoop_export, and list earlier imports."""

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
from wearables.web.guard import EDIT_ACTION, EDIT_PAGE, RUN
from wearables.web.pages.integration import IntegrationDep
from wearables.web.pages.pull_log import failures_of, steps_of
from wearables.web.rendering import page, redirect_to
from wearables.whoop_export import inbox

router = APIRouter(prefix="/integrations/{dag_id}/import")

DAG = "whoop_export"
TASKS = ("validate", "stage", "transform", "check")
MAX_ATHLETES = 1000
MAX_IMPORTS = 20


@router.get("", dependencies=EDIT_PAGE)
def ask(
    integration: IntegrationDep, request: Request, user: GetUserDep, session: SessionDep, run: str = ""
) -> HTMLResponse:
    """Show the form, the newest imports, and the progress of an import that the user has just started."""
    template = "_imports.html" if "part" in request.query_params else "import.html"
    return page(request, user, template, **_context(session, integration, run))


@router.post("", dependencies=EDIT_ACTION)
def import_export(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    session: SessionDep,
    athlete_id: Annotated[int, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:
    """Store the uploaded file in the drop folder and start its import on behalf of the user."""
    if not get_auth_manager().is_authorized_dag(
        method="POST", access_entity=RUN, details=DagDetails(id=DAG), user=user
    ):
        raise HTTPException(403, f"Your role in Airflow does not allow you to trigger the DAG {DAG}.")
    try:
        airflow_state.require_active(airflow_state.dags(session, [DAG]).get(DAG), DAG)
        url = inbox.receive(integration.name, athlete_id, file.file)
    except WearablesError as reason:
        context = _context(session, integration, "") | {"problem": str(reason), "athlete_id": athlete_id}
        return page(request, user, "import.html", 409, **context)
    run_id = airflow_state.trigger(session, DAG, inbox.conf(integration.name, athlete_id, url), user.get_name())
    return redirect_to(request, "integrations", integration.name, "import", run=run_id)


def _context(session: Session, integration: Integration, run_id: str) -> dict[str, Any]:
    name = integration.name
    with transaction(warehouse()) as connection:
        athletes = run_sql(connection, "web/pages/athletes", integration=name, max_rows=MAX_ATHLETES, skip=0).all()
        imports = run_sql(connection, "web/pages/imports", integration=name, max_rows=MAX_IMPORTS).all()
    run = airflow_state.run(session, DAG, run_id) if run_id else None
    tasks = airflow_state.tasks(session, DAG, run_id, TASKS) if run else []
    return {
        "integration": integration,
        "athletes": [each for each in athletes if each.grant_state != "offboarded"],
        "imports": imports,
        "run": run,
        "is_active": run is not None and str(run.state) in airflow_state.ACTIVE_STATES,
        "steps": steps_of(tasks, TASKS),
        "failures": failures_of(tasks),
    }
