"""The data dictionary as a page: for everybody who is signed in, for it holds no data."""

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from wearables.core.dictionary import read_dictionary
from wearables.core.schema import require_migrated
from wearables.core.warehouse import transaction, warehouse
from wearables.web.rendering import page

router = APIRouter()

# The rest is for whoever runs the pipeline.
OF_ANALYSTS = ("analytics", "analytics_pseudonymous")


@router.get("/dictionary")
def dictionary(request: Request, user: GetUserDep) -> HTMLResponse:
    """Every table and column, metric and trend."""
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        contents = read_dictionary(connection)
    return page(request, user, "dictionary.html", contents=contents, of_analysts=OF_ANALYSTS)
