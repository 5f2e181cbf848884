"""One athlete over ninety days: charts with the athlete's own baseline, workouts, survey answers and values."""

from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Row

from wearables.core.warehouse import transaction, warehouse
from wearables.web.board.charts import CHARTS, svg
from wearables.web.board.history import Period, read_answers, read_athlete, read_days, read_history, read_workouts
from wearables.web.guard import READ_PAGE, RightsDep
from wearables.web.pages.board import CalendarDate
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/athletes/{athlete_id}", dependencies=READ_PAGE)


def _athlete(athlete_id: int, integration: IntegrationDep) -> Row:
    with transaction(warehouse()) as connection:
        athlete = read_athlete(connection, integration.name, athlete_id)
    if athlete is None:
        raise HTTPException(404, "This athlete does not exist.")
    return athlete


AthleteDep = Annotated[Row, Depends(_athlete)]


@router.get("")
def show(
    athlete: AthleteDep,
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    until: CalendarDate | None = None,
) -> HTMLResponse:
    """Show the ninety dates that end on ``until``, by default the newest date with data."""
    period = Period.until(until or athlete.last_date or integration.today)
    key = (integration.name, athlete.athlete_id, period)
    with transaction(warehouse()) as connection:
        days = read_days(connection, *key)
        workouts = read_workouts(connection, *key)
        answers = read_answers(connection, *key)
    charts = [
        (name, chart.title, sum(getattr(day, chart.column) is not None for day in days))
        for name, chart in CHARTS.items()
    ]
    context = {"integration": integration, "rights": rights, "athlete": athlete, "period": period, "charts": charts}
    return page(request, user, "athlete.html", days=days[::-1], workouts=workouts, answers=answers, **context)


@router.get("/charts/{name}.svg")
def chart(athlete: AthleteDep, integration: IntegrationDep, name: str, until: CalendarDate) -> Response:
    """Return one chart."""
    if name not in CHARTS:
        raise HTTPException(404, "This chart does not exist.")
    with transaction(warehouse()) as connection:
        history = read_history(connection, integration.name, athlete.athlete_id, Period.until(until))
    return Response(svg(CHARTS[name], history), media_type="image/svg+xml")
