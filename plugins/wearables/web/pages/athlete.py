"""One athlete over ninety days: charts against the athlete's own baseline, workouts, answers, and the numbers."""

from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy import Row

from wearables.core.warehouse import transaction, warehouse
from wearables.web.board.charts import CHARTS, svg
from wearables.web.board.history import Period, read_answers, read_athlete, read_history, read_workouts
from wearables.web.guard import READER, RightsDep
from wearables.web.pages.board import CalendarDate
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import page

router = APIRouter(prefix="/integrations/{dag_id}/athletes/{athlete_id}", dependencies=READER)


def _athlete(athlete_id: int, integration: IntegrationDep) -> Row:
    with transaction(warehouse()) as connection:
        athlete = read_athlete(connection, integration.name, athlete_id)
    if athlete is None:
        raise HTTPException(404, "There is no such athlete.")
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
    """The ninety dates until a date: the newest with data, unless another is asked for."""
    period = Period.until(until or athlete.last_date or integration.today)
    with transaction(warehouse()) as connection:
        history = read_history(connection, integration.name, athlete.athlete_id, period)
        workouts = read_workouts(connection, integration.name, athlete.athlete_id, period)
        answers = read_answers(connection, integration.name, athlete.athlete_id, period)
    charts = [(name, chart.title, int(history[chart.column].notna().sum())) for name, chart in CHARTS.items()]
    return page(
        request, user, "athlete.html",
        it=integration, rights=rights, athlete=athlete, period=period,
        charts=charts, workouts=workouts, answers=answers,
        days=history.astype(object).where(history.notna(), None)[::-1].to_dict("records"),
    )  # fmt: skip


@router.get("/charts/{name}.svg")
def chart(athlete: AthleteDep, integration: IntegrationDep, name: str, until: CalendarDate) -> Response:
    """One of the charts."""
    if name not in CHARTS:
        raise HTTPException(404, "There is no such chart.")
    with transaction(warehouse()) as connection:
        history = read_history(connection, integration.name, athlete.athlete_id, Period.until(until))
    return Response(svg(CHARTS[name], history), media_type="image/svg+xml")
