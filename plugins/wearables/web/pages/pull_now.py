"""Pull now: what it will take, and the start."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.windows import TimeRange, chunks, dates_to_window, day_before
from wearables.pipeline.request import read_request
from wearables.web import airflow_state
from wearables.web.guard import PULLER, READER, RightsDep
from wearables.web.pages.integration import IntegrationDep
from wearables.web.rendering import go_to, page
from wearables.web.status import Standing, find, standing
from wearables.whoop.budget import DEFAULT_LIMITS
from wearables.whoop.estimate import Estimate, estimate

router = APIRouter(prefix="/integrations/{dag_id}/pull")

DAYS_AT_FIRST = 7


@dataclass(frozen=True)
class Outlook:
    """What a pull would do; ``refusal`` says why it would not."""

    window: TimeRange | None = None
    estimate: Estimate | None = None
    refusal: str = ""


@router.get("", dependencies=READER)
def ask(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    session: SessionDep,
    period: str = "day",
    start_date: str = "",
    end_date: str = "",
) -> HTMLResponse:
    """The form, and what the pull it describes would take."""
    it = standing(session, find(integration.name))
    outlook = _outlook(integration, it, _conf(period, start_date, end_date))
    today = integration.today
    return page(
        request, user, "_outlook.html" if "part" in request.query_params else "pull.html",
        it=it, rights=rights, outlook=outlook, period=period, today=today,
        start_date=start_date or str(today - dt.timedelta(days=DAYS_AT_FIRST - 1)), end_date=end_date or str(today),
    )  # fmt: skip


@router.post("", dependencies=PULLER)
def pull_now(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    session: SessionDep,
    period: Annotated[str, Form()] = "day",
    start_date: Annotated[str, Form()] = "",
    end_date: Annotated[str, Form()] = "",
) -> Response:
    """Start the DAG's run in the user's name and show its log. Raises PermanentError as the task `validate` would."""
    conf = _conf(period, start_date, end_date)
    _window(integration, conf)
    run_id = airflow_state.trigger(session, integration.name, conf, user.get_name())
    return go_to(request, "integrations", integration.name, "log", run=run_id)


def _conf(period: str, start_date: str, end_date: str) -> dict[str, str]:
    """The parameters of the run: none for the previous 24 hours."""
    return {"start_date": start_date, "end_date": end_date} if period == "dates" else {}


def _window(integration: Integration, conf: dict[str, str]) -> TimeRange:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if conf and not all(conf.values()):
        raise PermanentError("Choose both days.")
    request = read_request(conf, integration)
    return dates_to_window(*request.dates, integration.zone, now) if request.dates else day_before(now)


def _outlook(integration: Integration, it: Standing, conf: dict[str, str]) -> Outlook:
    try:
        airflow_state.refuse_idle(it.dag, it.name)
        window = _window(integration, conf)
    except PermanentError as reason:
        return Outlook(refusal=str(reason))
    if not it.athletes.get("active"):
        return Outlook(refusal="No athlete's grant is active; invite one first.")
    limits = it.budget.allowed or {int(seconds): requests for seconds, requests in DEFAULT_LIMITS.items()}
    pieces = chunks(window, integration.chunk_days, integration.zone)
    size = estimate(pieces, it.athletes["active"], integration.collections, limits, it.budget.used)
    return Outlook(window, size)
