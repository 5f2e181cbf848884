"""The team board: all athletes or one squad on one date."""

import datetime as dt
from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from wearables.core.warehouse import transaction, warehouse
from wearables.web.board.team import read_board, read_freshness, read_squads
from wearables.web.guard import READ_PAGE, RightsDep, visible_files
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page, redirect_to

router = APIRouter()

# The dates of analytics.calendar, without those whose ninety days or next day would be outside of it.
CalendarDate = Annotated[dt.date, Query(ge=dt.date(2012, 4, 1), le=dt.date(2099, 12, 30))]


@router.get("/board")
def choose(request: Request, user: GetUserDep) -> Response:
    """List the boards, or redirect to the board if there is only one."""
    names = sorted(visible_files(user))
    if len(names) == 1:
        return redirect_to(request, "integrations", names[0], "board")
    return page(request, user, "boards.html", names=names)


@router.get("/integrations/{dag_id}/board", dependencies=READ_PAGE)
def board(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    date: CalendarDate | None = None,
    squad: str = "",
) -> HTMLResponse:
    """Show the board of a date, by default the newest date with a recovery."""
    today = integration.today
    with transaction(warehouse()) as connection:
        freshness = read_freshness(connection, integration.name, today)
        board = read_board(connection, integration.name, date or freshness.newest_date or today, squad or None)
        squads = read_squads(connection, integration.name)
    context = {"board": board, "freshness": freshness, "squads": squads, "squad": squad, "day": dt.timedelta(days=1)}
    return page(request, user, "board.html", integration=integration, rights=rights, **context)
