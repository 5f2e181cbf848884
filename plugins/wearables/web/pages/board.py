"""The squad board: this morning's squad, or that of another date."""

import datetime as dt
from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from wearables.core.warehouse import transaction, warehouse
from wearables.web.board.squad import read_as_of, read_board, read_squads
from wearables.web.guard import READER, RightsDep, visible_files
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import go_to, page

router = APIRouter()

# The dates of analytics.calendar, with room for a period before and a day after.
CalendarDate = Annotated[dt.date, Query(ge=dt.date(2012, 4, 1), le=dt.date(2099, 12, 30))]


@router.get("/board")
def choose(request: Request, user: GetUserDep) -> Response:
    """Which board? The only one, if there is only one."""
    names = sorted(visible_files(user))
    if len(names) == 1:
        return go_to(request, "integrations", names[0], "board")
    return page(request, user, "boards.html", names=names)


@router.get("/integrations/{dag_id}/board", dependencies=READER)
def board(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    date: CalendarDate | None = None,
    squad: str = "",
) -> HTMLResponse:
    """The squad on a date: the newest with a recovery, unless another is asked for."""
    today = integration.today
    with transaction(warehouse()) as connection:
        as_of = read_as_of(connection, integration.name, today)
        shown = date or as_of.newest_date or today
        found = read_board(connection, integration.name, shown, squad or None)
        squads = read_squads(connection, integration.name)
    return page(
        request, user, "board.html",
        it=integration, rights=rights, board=found, as_of=as_of, squads=squads, squad=squad, day=dt.timedelta(days=1),
    )  # fmt: skip
