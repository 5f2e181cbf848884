"""Preview how long a pull takes, and start it."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.pools import require_pool
from wearables.core.windows import TimeRange, chunks, dates_to_window, last_24_hours
from wearables.pipeline.request import read_request
from wearables.web import airflow_state
from wearables.web.guard import PULL_ACTION, READ_PAGE, RightsDep
from wearables.web.pages.integration import FileDep, IntegrationDep
from wearables.web.rendering import page, redirect_to
from wearables.web.status import IntegrationStatus, read_status
from wearables.whoop.budget_usage import DEFAULT_LIMITS
from wearables.whoop.estimate import Estimate, estimate_for_all

router = APIRouter(prefix="/integrations/{dag_id}/pull")

DEFAULT_DAYS = 7


@dataclass(frozen=True)
class PullPreview:
    """The window of a pull and an estimate of its requests and time. If it cannot start, ``problem`` says why."""

    window: TimeRange | None = None
    estimate: Estimate | None = None
    problem: str = ""


@router.get("", dependencies=READ_PAGE)
def ask(
    file: FileDep,
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    rights: RightsDep,
    session: SessionDep,
    period: str = "day",
    start_date: str = "",
    end_date: str = "",
) -> HTMLResponse:
    """Show the form and a preview of the pull that it describes."""
    status = read_status(session, file)
    preview = _preview(session, integration, status, _conf(period, start_date, end_date))
    today = integration.today
    context = {
        "preview": preview,
        "period": period,
        "today": today,
        "start_date": start_date or str(today - dt.timedelta(days=DEFAULT_DAYS - 1)),
        "end_date": end_date or str(today),
    }
    template = "_preview.html" if "part" in request.query_params else "pull.html"
    return page(request, user, template, integration=integration, status=status, rights=rights, **context)


@router.post("", dependencies=PULL_ACTION)
def pull_now(
    integration: IntegrationDep,
    request: Request,
    user: GetUserDep,
    session: SessionDep,
    period: Annotated[str, Form()] = "day",
    start_date: Annotated[str, Form()] = "",
    end_date: Annotated[str, Form()] = "",
) -> Response:
    """Start a run on behalf of the user and show its log. Raises PermanentError if the dates are invalid."""
    conf = _conf(period, start_date, end_date)
    _window(integration, conf)
    require_pool(integration, session)
    run_id = airflow_state.trigger(session, integration.name, conf, user.get_name())
    return redirect_to(request, "integrations", integration.name, "log", run=run_id)


def _conf(period: str, start_date: str, end_date: str) -> dict[str, str]:
    """Return the run's parameters: none for the previous 24 hours."""
    return {"start_date": start_date, "end_date": end_date} if period == "dates" else {}


def _window(integration: Integration, conf: dict[str, str]) -> TimeRange:
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if conf and not all(conf.values()):
        raise PermanentError("Choose a first and a last day.")
    request = read_request(conf, integration)
    return dates_to_window(*request.dates, integration.zone, now) if request.dates else last_24_hours(now)


def _preview(
    session: Session, integration: Integration, status: IntegrationStatus, conf: dict[str, str]
) -> PullPreview:
    try:
        require_pool(integration, session)
        airflow_state.require_active(status.dag, status.name)
        window = _window(integration, conf)
    except PermanentError as reason:
        return PullPreview(problem=str(reason))
    if not (athletes := status.athletes.get("active")):
        return PullPreview(problem="No athlete has an active grant. Invite an athlete first.")
    limits = status.budget.allowed or DEFAULT_LIMITS
    ranges = chunks(window, integration.chunk_days, integration.zone)
    return PullPreview(window, estimate_for_all(ranges, athletes, integration.collections, limits, status.budget.used))
