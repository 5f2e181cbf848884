"""Reject a run that cannot succeed before any data are requested, and save the plan of any other run."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.schema import require_migrated
from wearables.core.sources import load_source
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.core.windows import TimeRange, dates_to_window, last_24_hours
from wearables.pipeline.batches import Batch, Chunk, batches
from wearables.pipeline.landing_check import check_writable
from wearables.pipeline.plan import SCHEDULED, Plan, chunks_of, find_plan, save_plan
from wearables.pipeline.planning import Needed, needed_periods, require_askable, slices_of
from wearables.pipeline.request import Request, read_request
from wearables.pipeline.slices import PlannedSlice, plan_slices, replan
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
    conf: Mapping[str, Any]


def validate(integration: Integration, run: Run) -> list[Batch]:
    """Check everything a run needs, save its plan, and return its batches: one for each mapped task.

    If the run has been validated before, its window stays; slices that were not pulled are planned again for athletes
    who can be asked now. Raises PermanentError, or a RetryableError if something is unavailable.
    """
    source = load_source(integration.source)
    request = read_request(run.conf, integration)
    collections = request.collections or list(integration.collections)
    source.check_connection(integration)
    check_writable(integration.name)
    with transaction(warehouse()) as connection:
        athletes = _chosen(integration, _athletes(connection, source, integration), request)
        require_askable(athletes, collections)
        known = find_plan(connection, integration.name, run.run_id)
        new = _unplanned(connection, known, athletes) if known else athletes
        window = known.window if known else _window(integration, run, request)
        needed = needed_periods(connection, integration, run.run_type, window, new, collections)
        plan = known or Plan(integration.name, run.run_id, run.run_type, _spanned(needed, window.end))
        planned = slices_of(connection, integration, plan, needed, new, collections)
    pace = source.slices_per_minute(integration)
    _reject_too_many(_batches(integration, plan, _chunks(planned), pace))
    # This check comes last, so that no request is sent if anything else is wrong.
    source.check_credentials(integration)
    with transaction(warehouse()) as connection:
        if known is None:
            save_plan(connection, plan)
        _save_slices(connection, plan, planned, athletes)
        chunks = chunks_of(connection, plan)
    _log_plan(integration, source, planned, chunks)
    return _batches(integration, plan, chunks, pace)


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


def _log_plan(
    integration: Integration, source: Source, planned: Sequence[PlannedSlice], chunks: Sequence[Chunk]
) -> None:
    skipped = {each.athlete_id: each.error for each in planned if each.error}
    for athlete_id, reason in skipped.items():
        log.warning("athlete %d is skipped: %s", athlete_id, reason)
    pulled = [each for each in planned if not each.error]
    athletes = len({each.athlete_id for each in pulled})
    if pulled:
        asked = TimeRange(min(each.chunk.start for each in pulled), max(each.chunk.end for each in pulled))
        log.info("pull %s: %d chunk(s), %d athlete(s), %d slice(s)", asked, len(chunks), athletes, len(pulled))
    log.info("expected: %s", source.cost(integration, pulled))


def _batches(integration: Integration, plan: Plan, chunks: Sequence[Chunk], slices_per_minute: float) -> list[Batch]:
    return batches(chunks, slices_per_minute, integration.athletes_per_task, newest_alone=plan.has_catch_up)


def _chunks(planned: Sequence[PlannedSlice]) -> list[Chunk]:
    """Return the chunks of slices that are not saved yet."""
    slices = defaultdict(list)
    for each in planned:
        slices[each.chunk_number].append(each)
    return [
        Chunk(number, of_chunk[0].chunk, len({each.athlete_id for each in of_chunk}), len(of_chunk))
        for number, of_chunk in sorted(slices.items())
    ]


def _reject_too_many(planned: Sequence[Batch]) -> None:
    if len(planned) > MAX_TASKS:
        raise PermanentError(
            f"The pull would need {len(planned):,} tasks; the limit is {MAX_TASKS:,}. Raise athletes_per_task in the "
            "integration's file, or pull fewer days at a time."
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


def _window(integration: Integration, run: Run, request: Request) -> TimeRange:
    """Return the window of a manual run. How far back a scheduled one reaches depends on what it needs."""
    # The window ends now: records that reach the source during the pull belong to the next pull.
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if request.dates:
        return dates_to_window(*request.dates, integration.zone, now)
    if run.run_type == SCHEDULED:
        return TimeRange(now, now)
    return last_24_hours(min(run.run_after.astimezone(dt.UTC).replace(microsecond=0), now))


def _spanned(needed: Needed, end: dt.datetime) -> TimeRange:
    return TimeRange(min(period.start for periods in needed.values() for period in periods), end)


def _chosen(integration: Integration, athletes: list[Row], request: Request) -> list[Row]:
    unknown = set(request.athletes) - {athlete.athlete_id for athlete in athletes}
    if unknown:
        names = ", ".join(map(str, sorted(unknown)))
        command = f"bin/wearables athletes {integration.name}"
        raise PermanentError(f"Unknown athlete {names}. Run `{command}` to list who is enrolled.")
    return [athlete for athlete in athletes if not request.athletes or athlete.athlete_id in request.athletes]


def _unplanned(connection: Connection, plan: Plan, athletes: Sequence[Row]) -> list[Row]:
    planned = set(run_sql(connection, "pipeline/slices/planned_athletes", **plan.run).scalars())
    return [athlete for athlete in athletes if athlete.athlete_id not in planned]


def _save_slices(connection: Connection, plan: Plan, planned: Sequence[PlannedSlice], athletes: Sequence[Row]) -> None:
    askable = [athlete.athlete_id for athlete in athletes if athlete.is_askable]
    run_sql(connection, "pipeline/slices/forget_skipped", **plan.run, askable=askable)
    replan(connection, plan, athletes)
    plan_slices(connection, plan, planned)
