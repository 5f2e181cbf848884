"""The page of one integration, and the validation of its credentials."""

from pathlib import Path
from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from wearables.core.integrations import Integration, read_integration
from wearables.web.guard import EDIT_ACTION, READ_PAGE, RightsDep
from wearables.web.rendering import page
from wearables.web.status import find_file, read_status
from wearables.whoop.hook import WhoopHook

router = APIRouter(prefix="/integrations/{dag_id}")


def _file(dag_id: str) -> Path:
    """Return the integration's file. The path parameter is called dag_id so that Airflow's DAG permissions apply."""
    try:
        return find_file(dag_id)
    except LookupError:
        raise HTTPException(404, "This integration does not exist.") from None


FileDep = Annotated[Path, Depends(_file)]


def _integration(file: FileDep) -> Integration:
    return read_integration(file)


IntegrationDep = Annotated[Integration, Depends(_integration)]


@router.get("", dependencies=READ_PAGE)
def show(file: FileDep, request: Request, user: GetUserDep, rights: RightsDep, session: SessionDep) -> HTMLResponse:
    """Show the integration, even if its file is invalid."""
    template = "_status.html" if "part" in request.query_params else "integration.html"
    return page(request, user, template, status=read_status(session, file), rights=rights)


@router.post("/validate", dependencies=EDIT_ACTION)
def validate_credentials(
    file: FileDep,
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    session: SessionDep,
) -> HTMLResponse:
    """Ask WHOOP whether it accepts the app's credentials, and show the result beside the button."""
    is_valid, message = WhoopHook(integration.connection).test_connection()
    validation = {"is_valid": is_valid, "message": message}
    if request.headers.get("x-part"):
        return page(request, user, "_validation.html", validation=validation)
    status = read_status(session, file)
    return page(request, user, "integration.html", status=status, rights=rights, validation=validation)
