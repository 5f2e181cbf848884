"""Plan the slices of a run.

A manual run requests its window for every athlete. A scheduled run requests, for each athlete and collection, what no
complete answer covers yet: the time since the last pull, and any older gap. The newest chunk has number 0.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange, chunks, first_instant
from wearables.pipeline.plan import SCHEDULED, Plan
from wearables.pipeline.slices import PlannedSlice

NO_GRANT = "No grant is stored. Ask the athlete to consent."
NOT_ALLOWED = "The athlete has not allowed any of the collections. Ask the athlete to consent again."
MAX_NAMED_ATHLETES = 5

Periods = tuple[TimeRange, ...]
Needed = dict[tuple[int, str], Periods]


def needed_periods(
    connection: Connection,
    integration: Integration,
    run_type: str,
    window: TimeRange,
    athletes: Sequence[Row],
    collections: Sequence[str],
) -> Needed:
    """Return the periods to request of the athletes who can be asked, by athlete and collection, the newest first.

    Of a scheduled run's window, only the end counts. Raises PermanentError if ``start_date`` is in the future then.
    """
    askable = [athlete for athlete in athletes if athlete.is_askable]
    if run_type == SCHEDULED:
        return _uncovered(connection, integration, askable, collections, window.end)
    return {(athlete.athlete_id, name): (window,) for athlete in askable for name in collections}


def _uncovered(
    connection: Connection,
    integration: Integration,
    athletes: Sequence[Row],
    collections: Sequence[str],
    end: dt.datetime,
) -> Needed:
    start, zone = integration.start_date, integration.zone
    if start and start > end.astimezone(zone).date():
        raise PermanentError(f"{integration.name}: start_date {start} is in the future. Choose an earlier date.")
    rows = run_sql(
        connection,
        "pipeline/plan/needed",
        integration=integration.name,
        athletes=[athlete.athlete_id for athlete in athletes],
        first_instants=[
            first_instant(start, athlete.enrolled_at, integration.lookback_days, zone) for athlete in athletes
        ],
        collections=list(collections),
        window_end=end,
        lookback_days=integration.lookback_days,
    )
    return {
        key: tuple(TimeRange(row.period_start.astimezone(dt.UTC), row.period_end.astimezone(dt.UTC)) for row in of_key)
        for key, of_key in groupby(rows, key=lambda row: (row.athlete_id, row.collection))
    }


def slices_of(
    connection: Connection,
    integration: Integration,
    plan: Plan,
    needed: Needed,
    athletes: Sequence[Row],
    collections: Sequence[str],
) -> list[PlannedSlice]:
    """Return the slices to add to a plan for these athletes. If an athlete cannot be asked, ``error`` says why."""
    allowed = {athlete.athlete_id: athlete.collections for athlete in athletes}
    newest_only = (
        plan.run_type == SCHEDULED and run_sql(connection, "pipeline/plan/find_catch_up", **plan.run).scalar_one()
    )

    @cache
    def numbered(periods: Periods) -> list[tuple[int, TimeRange]]:
        pieces = [piece for period in periods for piece in chunks(period, integration.chunk_days, integration.zone)]
        return list(enumerate(pieces[:1] if newest_only else pieces))

    planned = [
        PlannedSlice(athlete_id, collection, number, chunk)
        for (athlete_id, collection), periods in needed.items()
        if allowed[athlete_id] is None or collection in allowed[athlete_id]
        for number, chunk in numbered(periods)
    ]
    return planned + list(_skipped(integration, plan, athletes, collections))


def require_askable(athletes: Sequence[Row], collections: Sequence[str]) -> None:
    """Raise PermanentError if none of the athletes can be asked for one of the collections, with the reasons."""
    reasons = [_reason(athlete, collections) for athlete in athletes]
    if not all(reasons):
        return
    named = zip(athletes[:MAX_NAMED_ATHLETES], reasons, strict=False)
    sentences = [f"athlete {athlete.athlete_id}: {reason}" for athlete, reason in named]
    if more := len(athletes) - len(sentences):
        sentences.append(f"And {more} more.")
    raise PermanentError(f"No athlete can be asked, so nothing was pulled. {' '.join(sentences)}")


def _skipped(
    integration: Integration, plan: Plan, athletes: Sequence[Row], collections: Sequence[str]
) -> Iterator[PlannedSlice]:
    newest = chunks(plan.window, integration.chunk_days, integration.zone)[0]
    for athlete in athletes:
        reason = _reason(athlete, collections)
        if reason:
            for collection in collections:
                yield PlannedSlice(athlete.athlete_id, collection, 0, newest, error=reason)


def _allows(athlete: Row, collections: Sequence[str]) -> bool:
    return athlete.collections is None or not set(collections).isdisjoint(athlete.collections)


def _reason(athlete: Row, collections: Sequence[str]) -> str:
    """Return why an athlete cannot be asked for any of the collections; empty if they can."""
    if not athlete.is_askable:
        return athlete.reason or NO_GRANT
    return "" if _allows(athlete, collections) else NOT_ALLOWED
