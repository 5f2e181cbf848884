"""Athletes of an integration: who is enrolled, invitations, and offboarding."""

from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Row

from wearables.athletes.consent.invites import create_invite, used_slots
from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web.guard import EDITOR, EDITOR_SEES, READER, RightsDep
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/athletes")

ATHLETES = 100


@router.get("", dependencies=READER)
def roster(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    sheet: int = Query(1, ge=1, le=1000),
) -> HTMLResponse:
    """Who is enrolled. Names are for those who may edit; a reader sees ids."""
    with transaction(warehouse()) as connection:
        rows = run_sql(
            connection, "web/pages/athletes", integration=integration.name, most=ATHLETES, skip=(sheet - 1) * ATHLETES
        ).all()
    used, cap = used_slots(integration.name)
    return page(
        request, user, "athletes.html",
        it=integration, rights=rights, athletes=rows, used=used, cap=cap,
        sheet=sheet, sheets=-(-rows[0].total // ATHLETES) if rows else 1,
    )  # fmt: skip


@router.post("/invite", dependencies=EDITOR)
def invite(
    integration: IntegrationDep, request: Request, user: GetUserDep, athlete_id: Annotated[int | None, Form()] = None
) -> HTMLResponse:
    """Make an invitation. The link is on the answer and nowhere else."""
    invite = create_invite(integration.name, user.get_name(), athlete_id)
    return page(request, user, "invited.html", it=integration, invite=invite, athlete_id=athlete_id)


@router.get("/{athlete_id}/offboard", dependencies=EDITOR_SEES)
def confirm(athlete_id: int, integration: IntegrationDep, request: Request, user: GetUserDep) -> HTMLResponse:
    """Ask once more, and say what will happen."""
    athlete = _athlete(integration, athlete_id)
    return page(request, user, "offboard.html", it=integration, athlete=athlete)


@router.post("/{athlete_id}/offboard", dependencies=EDITOR)
def offboard_athlete(
    athlete_id: int,
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    erase: Annotated[bool, Form()] = False,
    typed: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """Offboard, and show the receipt. To erase, the athlete's id must have been typed."""
    from wearables.athletes.offboarding import offboard

    athlete = _athlete(integration, athlete_id)
    if erase and typed.strip() != str(athlete_id):
        refusal = f"To erase, type the athlete's id, {athlete_id}. Nothing has been changed."
        return page(request, user, "offboard.html", 409, it=integration, athlete=athlete, refusal=refusal)
    try:
        receipt = offboard(integration.name, athlete_id, erase=erase)
    except PermanentError as reason:
        return page(request, user, "offboard.html", 409, it=integration, athlete=athlete, refusal=str(reason))
    return page(request, user, "receipt.html", it=integration, receipt=receipt)


def _athlete(integration: Integration, athlete_id: int) -> Row:
    with transaction(warehouse()) as connection:
        row = run_sql(
            connection, "web/pages/athlete", integration=integration.name, athlete_id=athlete_id
        ).one_or_none()
    if row is None:
        raise HTTPException(404, "There is no such athlete.")
    return row
