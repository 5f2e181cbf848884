"""The data dictionary. Every signed-in user may see it, because it contains no data about athletes."""

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from wearables.core.dictionary import read_dictionary
from wearables.core.schema import require_migrated
from wearables.core.warehouse import transaction, warehouse
from wearables.web.rendering import page

router = APIRouter()

# The other schemas are for people who operate the pipeline.
ANALYST_SCHEMAS = ("analytics", "analytics_pseudonymous")


@router.get("/dictionary")
def dictionary(request: Request, user: GetUserDep) -> HTMLResponse:
    """Show every table and column, metric and trend."""
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        contents = read_dictionary(connection)
    return page(request, user, "dictionary.html", contents=contents, analyst_schemas=ANALYST_SCHEMAS)
