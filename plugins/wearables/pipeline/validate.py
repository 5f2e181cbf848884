"""Reject a run that cannot succeed before any data are requested, and save the plan of any other run."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.schema import require_migrated
from wearables.core.sources import load_source
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.core.windows import TimeRange, chunks, dates_to_window, last_24_hours, since_last_pull
from wearables.pipeline.batches import Batch, batches
from wearables.pipeline.landing_check import check_writable
from wearables.pipeline.plan import Plan, find_plan, save_plan
from wearables.pipeline.request import Request, read_request
from wearables.pipeline.slices import Slice, fail
from wearables.pipeline.source import Source

log = logging.getLogger(__name__)

# Airflow's own limit on mapped tasks is 1,024 unless it is configured.
MAX_TASKS = 1000


@dataclass(frozen=True)
class Run:
    """What Airflow knows about a run."""

    run_id: str
    run_type: str
    run_after: dt.datetime
    logical_date: dt.datetime | None
    conf: Mapping[str, Any]


def validate(integration: Integration, run: Run) -> Plan:
    """Check everything a run needs and save its plan.

    A retry returns the plan that was saved first. Raises PermanentError, SourceUnavailable or BudgetExhausted.
    """
    source = load_source(integration.source)
    request = read_request(run.conf, integration)
    source.check_connection(integration)
    check_writable(integration.name)
    with transaction(warehouse()) as connection:
        athletes = _athletes(connection, source, integration)
        known = find_plan(connection, integration.name, run.run_id)
        plan = known or _plan(connection, integration, run, request, athletes)
    _reject_too_many(len(batched_chunks(integration, plan)))
    # This check comes last, so that no request is sent if anything else is wrong.
    source.check_credentials(integration)
    if known is None:
        with transaction(warehouse()) as connection:
            save_plan(connection, plan)
            _skip(connection, plan, _chosen(integration, athletes, request))
    scope = f"{len(plan.chunks)} chunk(s), {len(plan.athletes)} athlete(s), {', '.join(plan.collections)}"
    log.info("pull %s: %s", plan.window, scope)
    return plan


def check_setup(integration: Integration) -> Sequence[Row]:
    """Check connection, landing zone, warehouse, enrolment and credentials; return the athletes.

    Raises PermanentError or RetryableError.
    """
    source = load_source(integration.source)
    source.check_connection(integration)
    check_writable(integration.name)
    with transaction(warehouse()) as connection:
        athletes = _athletes(connection, source, integration)
    source.check_credentials(integration)
    return athletes


def batched_chunks(integration: Integration, plan: Plan) -> list[tuple[TimeRange, Batch]]:
    """Return the chunk and batch of each mapped task: all batches of the newest chunk first."""
    of_team = batches(len(plan.athletes), integration.athletes_per_task)
    return [(chunk, batch) for chunk in plan.chunks for batch in of_team]


def _reject_too_many(count: int) -> None:
    if count > MAX_TASKS:
        raise PermanentError(
            f"The pull would need {count:,} tasks; the limit is {MAX_TASKS:,}. Raise chunk_days or athletes_per_task "
            "in the integration's file, or pull fewer days at a time."
        )


def _athletes(connection: Connection, source: Source, integration: Integration) -> list[Row]:
    require_migrated(connection)
    known = source.athletes(connection, integration.name)
    athletes = [athlete for athlete in known if athlete.grant_state != "offboarded"]
    if not athletes:
        raise PermanentError(
            f"No athlete is enrolled in {integration.name}. Run `bin/wearables enroll {integration.name} --invite`."
        )
    return athletes


def _plan(connection: Connection, integration: Integration, run: Run, request: Request, athletes: list[Row]) -> Plan:
    chosen = _chosen(integration, athletes, request)
    collections = request.collections or list(integration.collections)
    window = _window(connection, integration, run, request)
    return Plan(
        integration=integration.name,
        run_id=run.run_id,
        run_type=run.run_type,
        window=window,
        chunks=chunks(window, integration.chunk_days, integration.zone),
        athletes=[athlete.athlete_id for athlete in chosen if athlete.grant_state == "active"],
        collections=collections,
        is_full_scope=len(chosen) == len(athletes) and set(collections) == set(integration.collections),
    )


def _chosen(integration: Integration, athletes: list[Row], request: Request) -> list[Row]:
    unknown = set(request.athletes) - {athlete.athlete_id for athlete in athletes}
    if unknown:
        names = ", ".join(map(str, sorted(unknown)))
        command = f"bin/wearables athletes {integration.name}"
        raise PermanentError(f"Unknown athlete {names}. Run `{command}` to list who is enrolled.")
    return [athlete for athlete in athletes if not request.athletes or athlete.athlete_id in request.athletes]


def _window(connection: Connection, integration: Integration, run: Run, request: Request) -> TimeRange:
    # The window ends now: records that reach the source during the pull belong to the next one.
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if request.dates:
        return dates_to_window(*request.dates, integration.zone, now)
    if run.run_type == "scheduled":
        watermark = run_sql(connection, "pipeline/plan/watermark", integration=integration.name).scalar()
        return since_last_pull(watermark, integration.start_date, integration.lookback_days, integration.zone, now)
    began = run.logical_date if run.run_type == "backfill" and run.logical_date else run.run_after
    return last_24_hours(min(began.astimezone(dt.UTC).replace(microsecond=0), now))


def _skip(connection: Connection, plan: Plan, chosen: list[Row]) -> None:
    for athlete in chosen:
        if athlete.grant_state == "active":
            continue
        reason = athlete.reason or "No grant is stored. Ask the athlete to consent."
        log.warning("athlete %d is skipped (%s): %s", athlete.athlete_id, athlete.grant_state, reason)
        for chunk in plan.chunks:
            for collection in plan.collections:
                slice_ = Slice(plan.integration, plan.run_id, chunk, athlete.athlete_id, collection)
                fail(connection, slice_, reason, state="skipped")
