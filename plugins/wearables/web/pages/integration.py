"""The page of one integration, and the proof of its credentials."""

from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse

from wearables.core.integrations import Integration, read_integration
from wearables.web.guard import EDITOR, READER, RightsDep
from wearables.web.rendering import page
from wearables.web.status import find, standing
from wearables.whoop.hook import WhoopHook

router = APIRouter(prefix="/integrations/{dag_id}")


def _integration(dag_id: str) -> Integration:
    """The integration in the address. Its DAG goes by the same name, which is how Airflow's roles know it."""
    try:
        return read_integration(find(dag_id))
    except LookupError:
        raise HTTPException(404, "There is no such integration.") from None


IntegrationDep = Annotated[Integration, Depends(_integration)]


@router.get("", dependencies=READER)
def show(dag_id: str, request: Request, user: GetUserDep, rights: RightsDep, session: SessionDep) -> HTMLResponse:
    """One integration, also one whose file is faulty."""
    try:
        path = find(dag_id)
    except LookupError:
        raise HTTPException(404, "There is no such integration.") from None
    part = "_status.html" if "part" in request.query_params else "integration.html"
    return page(request, user, part, it=standing(session, path), rights=rights)


@router.post("/validate", dependencies=EDITOR)
def validate_credentials(
    integration: IntegrationDep, request: Request, user: GetUserDep, rights: RightsDep, session: SessionDep
) -> HTMLResponse:
    """Ask WHOOP whether it knows the app; the answer lands beside the button."""
    is_good, sentence = WhoopHook(integration.connection).test_connection()
    verdict = {"is_good": is_good, "sentence": sentence}
    if request.headers.get("x-part"):
        return page(request, user, "_verdict.html", verdict=verdict)
    it = standing(session, find(integration.name))
    return page(request, user, "integration.html", it=it, rights=rights, verdict=verdict)
