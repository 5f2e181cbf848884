"""The first page: every integration, and how it stands."""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from wearables.integrations import integration_files
from wearables.ui.guard import RightsDep
from wearables.ui.rendering import page
from wearables.ui.standing import standings

router = APIRouter()


@router.get("/")
def index(request: Request, user: GetUserDep, rights: RightsDep, session: SessionDep) -> HTMLResponse:
    """Every integration that the user may see."""
    files = {path.stem: path for path in integration_files()}
    visible = get_auth_manager().filter_authorized_dag_ids(dag_ids=set(files), user=user) if files else set()
    if files and not visible:
        raise HTTPException(403, "You may not see any integration; ask for the right to see its DAG.")
    listed = standings(session, [path for name, path in files.items() if name in visible])
    return page(request, user, "index.html", listed=listed, rights=rights)
