"""The first page: every integration and its status."""

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from wearables.web.guard import RightsDep, visible_files
from wearables.web.rendering import page
from wearables.web.status import read_statuses

router = APIRouter()


@router.get("/")
def index(request: Request, user: GetUserDep, rights: RightsDep, session: SessionDep) -> HTMLResponse:
    """List the integrations that the user may see."""
    statuses = read_statuses(session, list(visible_files(user).values()))
    return page(request, user, "index.html", statuses=statuses, rights=rights)
