"""The athletes of an integration: list, invite and offboard them."""

from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Row

from wearables.athletes.consent.invites import create_invite, used_slots
from wearables.athletes.consent.open_answers import describe_answer
from wearables.athletes.enrolment import not_granted
from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web.guard import EDIT_ACTION, EDIT_PAGE, READ_PAGE, RightsDep
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/athletes")

ATHLETES_PER_PAGE = 100


@router.get("", dependencies=READ_PAGE)
def list_athletes(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    page_number: int = Query(1, alias="page", ge=1, le=1000),
) -> HTMLResponse:
    """List the enrolled athletes. Users who may edit see names; others see ids."""
    skip = (page_number - 1) * ATHLETES_PER_PAGE
    with transaction(warehouse()) as connection:
        athletes = run_sql(
            connection, "web/pages/athletes", integration=integration.name, max_rows=ATHLETES_PER_PAGE, skip=skip
        ).all()
        answered = run_sql(connection, "athletes/consent/open", integration=integration.name).all()
    used, cap = used_slots(integration.name)
    pages = -(-athletes[0].total // ATHLETES_PER_PAGE) if athletes else 1
    context = {"athletes": athletes, "used": used, "cap": cap, "page_number": page_number, "pages": pages}
    context |= {"answered": answered, "describe_answer": describe_answer, "not_granted": not_granted}
    return page(request, user, "athletes.html", integration=integration, rights=rights, **context)


@router.post("/invite", dependencies=EDIT_ACTION)
def invite(
    integration: IntegrationDep, request: Request, user: GetUserDep, athlete_id: Annotated[int | None, Form()] = None
) -> HTMLResponse:
    """Create an invitation. Its link is shown on this page only."""
    invite = create_invite(integration.name, user.get_name(), athlete_id)
    return page(request, user, "invited.html", integration=integration, invite=invite, athlete_id=athlete_id)


@router.get("/{athlete_id}/offboard", dependencies=EDIT_PAGE)
def confirm(athlete_id: int, integration: IntegrationDep, request: Request, user: GetUserDep) -> HTMLResponse:
    """Explain what offboarding does and ask for confirmation."""
    athlete = _athlete(integration, athlete_id)
    return page(request, user, "offboard.html", integration=integration, athlete=athlete)


@router.post("/{athlete_id}/offboard", dependencies=EDIT_ACTION)
def offboard_athlete(
    athlete_id: int,
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    erase: Annotated[bool, Form()] = False,
    typed: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Offboard an athlete and show the receipt. To erase data, the user must type the athlete's id."""
    from wearables.athletes.offboarding import offboard

    athlete = _athlete(integration, athlete_id)
    if erase and typed.strip() != str(athlete_id):
        problem = f"To erase the data, type the athlete's id, {athlete_id}. Nothing has been changed."
        return page(request, user, "offboard.html", 409, integration=integration, athlete=athlete, problem=problem)
    try:
        receipt = offboard(integration.name, athlete_id, erase=erase)
    except PermanentError as reason:
        return page(request, user, "offboard.html", 409, integration=integration, athlete=athlete, problem=str(reason))
    return page(request, user, "receipt.html", integration=integration, receipt=receipt)


def _athlete(integration: Integration, athlete_id: int) -> Row:
    with transaction(warehouse()) as connection:
        row = run_sql(
            connection, "web/pages/athlete", integration=integration.name, athlete_id=athlete_id
        ).one_or_none()
    if row is None:
        raise HTTPException(404, "This athlete does not exist.")
    return row
