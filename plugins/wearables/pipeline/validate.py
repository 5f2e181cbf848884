"""Refuses what cannot work before WHOOP is asked for any data, and freezes the plan of the pull."""

import datetime as dt
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.integrations import COLLECTIONS, Integration
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.core.windows import TimeRange, chunks, dates_to_window, day_before, since_last_pull
from wearables.pipeline.batches import Batch, batches
from wearables.pipeline.slices import Plan, Slice, fail, find_plan, save_plan
from wearables.whoop.hook import WhoopHook

log = logging.getLogger(__name__)

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# Airflow maps a task at most 1,024 times unless it is told otherwise.
MOST_PARTS = 1000
PARAMS = ("start_date", "end_date", "athletes", "collections")


@dataclass(frozen=True)
class Run:
    """What Airflow tells of a run."""

    run_id: str
    run_type: str
    run_after: dt.datetime
    logical_date: dt.datetime | None
    conf: Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What a user asks of a run; None or empty means the default."""

    dates: tuple[dt.date, dt.date] | None
    athletes: list[int]
    collections: list[str]


def validate(integration: Integration, run: Run) -> Plan:
    """Check everything a pull needs and freeze its plan.

    A repeated validate returns the plan that was frozen first. Raises PermanentError, SourceUnavailable or BudgetExhausted.
    """
    request = read_request(run.conf, integration)
    with transaction(warehouse()) as connection:
        athletes = _roster(connection, integration)
        known = find_plan(connection, integration.name, run.run_id)
        plan = known or _plan(connection, integration, run, request, athletes)
    _refuse_too_many(len(parts(integration, plan)))
    # Last of all checks: whatever else is wrong, nothing is sent.
    _verify_client(integration)
    if known is None:
        with transaction(warehouse()) as connection:
            save_plan(connection, plan)
            _skip(connection, plan, _chosen(athletes, request))
    log.info(
        "pull %s: %d chunk(s), %d athlete(s), %s",
        plan.window, len(plan.chunks), len(plan.athletes), ", ".join(plan.collections),
    )  # fmt: skip
    return plan


def parts(integration: Integration, plan: Plan) -> list[tuple[TimeRange, Batch]]:
    """What each mapped task pulls: a chunk of a batch, the newest chunk of all batches first."""
    of_squad = batches(len(plan.athletes), integration.athletes_per_task)
    return [(chunk, batch) for chunk in plan.chunks for batch in of_squad]


def _refuse_too_many(count: int) -> None:
    if count > MOST_PARTS:
        raise PermanentError(
            f"The pull would be {count:,} tasks, more than {MOST_PARTS:,}: raise chunk_days or athletes_per_task "
            "in the integration's file, or pull fewer days at a time."
        )


def check_setup(integration: Integration) -> list[Row]:
    """Check warehouse, roster and credentials; returns the roster. Raises PermanentError."""
    with transaction(warehouse()) as connection:
        athletes = _roster(connection, integration)
    _verify_client(integration)
    return athletes


def _roster(connection: Connection, integration: Integration) -> list[Row]:
    require_migrated(connection)
    known = run_sql(connection, "whoop/grants/roster", integration=integration.name).all()
    athletes = [athlete for athlete in known if athlete.grant_state != "offboarded"]
    if not athletes:
        raise PermanentError(
            f"No athlete is enrolled in {integration.name}; run `bin/wearables enroll {integration.name} --invite`."
        )
    return athletes


def _verify_client(integration: Integration) -> None:
    hook = WhoopHook(integration.connection)
    try:
        hook.token_endpoint.verify_client()
    finally:
        hook.close()


def read_request(conf: Mapping[str, Any], integration: Integration) -> Request:
    """Read the parameters of a run. Raises PermanentError with what to correct."""
    unknown = sorted(set(conf) - set(PARAMS))
    if unknown:
        raise PermanentError(f"Unknown parameter {', '.join(unknown)}; known are {', '.join(PARAMS)}.")
    return Request(_dates(conf), _athletes(conf.get("athletes")), _collections(conf.get("collections"), integration))


def _dates(conf: Mapping[str, Any]) -> tuple[dt.date, dt.date] | None:
    first, last = (_date(conf.get(name), name) for name in ("start_date", "end_date"))
    if first is None and last is None:
        return None
    if first is None or last is None:
        missing = "start_date" if first is None else "end_date"
        raise PermanentError(f"{missing} is missing; give both dates, or neither for the previous 24 hours.")
    return first, last


def _date(value: object, name: str) -> dt.date | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise PermanentError(f"{name} {value!r} is no date; write it as 2026-03-01.")


def _athletes(value: object) -> list[int]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise PermanentError("athletes must be a list of WHOOP user ids, such as [10129].")
    try:
        return sorted({int(str(item)) for item in value})
    except ValueError:
        raise PermanentError("athletes must be a list of WHOOP user ids, such as [10129].") from None


def _collections(value: object, integration: Integration) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise PermanentError(f"collections must be a list; known are {', '.join(COLLECTIONS)}.")
    for item in value:
        if item not in COLLECTIONS:
            raise PermanentError(f"Unknown collection {item!r}; known are {', '.join(COLLECTIONS)}.")
        if item not in integration.collections:
            raise PermanentError(
                f"The file of {integration.name} does not pull {item!r}; add it to `collections` there first."
            )
    return [name for name in integration.collections if name in value]


def _plan(connection: Connection, integration: Integration, run: Run, request: Request, athletes: list[Row]) -> Plan:
    chosen = _chosen(athletes, request)
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


def _chosen(athletes: list[Row], request: Request) -> list[Row]:
    unknown = set(request.athletes) - {athlete.athlete_id for athlete in athletes}
    if unknown:
        names = ", ".join(map(str, sorted(unknown)))
        raise PermanentError(f"Unknown athlete {names}; `bin/wearables athletes` lists who is enrolled.")
    return [athlete for athlete in athletes if not request.athletes or athlete.athlete_id in request.athletes]


def _window(connection: Connection, integration: Integration, run: Run, request: Request) -> TimeRange:
    # Frozen here: whatever arrives at WHOOP while the pull runs is the next pull's.
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if request.dates:
        return dates_to_window(*request.dates, integration.zone, now)
    if run.run_type == "scheduled":
        last_end = run_sql(connection, "pipeline/plan/last_complete_end", integration=integration.name).scalar()
        return since_last_pull(last_end, integration.start_date, integration.lookback_days, integration.zone, now)
    began = run.logical_date if run.run_type == "backfill" and run.logical_date else run.run_after
    return day_before(min(began.astimezone(dt.UTC).replace(microsecond=0), now))


def _skip(connection: Connection, plan: Plan, chosen: list[Row]) -> None:
    for athlete in chosen:
        if athlete.grant_state == "active":
            continue
        reason = athlete.reason or "no grant is stored; let the athlete consent."
        log.warning("athlete %d is skipped (%s): %s", athlete.athlete_id, athlete.grant_state, reason)
        for chunk in plan.chunks:
            for collection in plan.collections:
                slice_ = Slice(plan.integration, plan.run_id, chunk, athlete.athlete_id, collection)
                fail(connection, slice_, reason, state="skipped")
