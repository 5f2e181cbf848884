"""Periods and their chunks: pure functions on instants."""

import datetime as dt
import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wearables.core.errors import PermanentError

DAY = dt.timedelta(days=1)
MAX_CHUNK = dt.timedelta(days=28)


@dataclass(frozen=True)
class TimeRange:
    """A half-open period of instants, ``start <= t < end``, in UTC."""

    start: dt.datetime
    end: dt.datetime

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%MZ}..{self.end:%Y-%m-%dT%H:%MZ}"

    @property
    def label(self) -> str:
        """A name fit for a path."""
        return f"{self.start:%Y%m%dT%H%M%SZ}-{self.end:%Y%m%dT%H%M%SZ}"


def dates_to_window(first: dt.date, last: dt.date, zone: ZoneInfo, now: dt.datetime) -> TimeRange:
    """The days ``first`` to ``last`` (inclusive) in ``zone``, cut off at ``now``.

    Raises PermanentError when they are in the wrong order or begin in the future.
    """
    if last < first:
        raise PermanentError(f"end_date {last} is before start_date {first}; swap them.")
    if first > now.astimezone(zone).date():
        raise PermanentError(f"start_date {first} is in the future; choose today ({zone.key}) or earlier.")
    return TimeRange(_midnight(first, zone), min(_midnight(last + dt.timedelta(days=1), zone), now))


def day_before(now: dt.datetime) -> TimeRange:
    """The 24 hours before ``now``."""
    return TimeRange(now - dt.timedelta(hours=24), now)


def since_last_pull(
    last_end: dt.datetime | None,
    start_date: dt.date | None,
    lookback_days: int,
    zone: ZoneInfo,
    now: dt.datetime,
) -> TimeRange:
    """From the end of the last complete pull to ``now``, widened back by ``lookback_days``.

    Without a complete pull: from the day ``start_date`` or the previous day, whichever is later.
    """
    if last_end is None:
        yesterday = now.astimezone(zone).date() - dt.timedelta(days=1)
        last_end = _midnight(max(start_date or yesterday, yesterday), zone)
    return TimeRange(min(last_end, now) - dt.timedelta(days=lookback_days), now)


def chunks(window: TimeRange, chunk_days: int, zone: ZoneInfo) -> list[TimeRange]:
    """Cut a window into half-open chunks of at most ``chunk_days`` local days, never over 28 x 24 hours, newest first.

    They are about equally long: a short rest would cost as many requests as a whole chunk, and the long ones
    spill over the end of a page.
    """
    first, last = (instant.astimezone(zone).replace(tzinfo=None) for instant in (window.start, window.end))
    local_days = (last - first) / DAY
    count = max(1, math.ceil(local_days / chunk_days))
    days = min(chunk_days, math.ceil(local_days / count))
    pieces = []
    start = window.start
    while start < window.end:
        end = min(_add_local_days(start, days, zone), start + MAX_CHUNK, window.end)
        pieces.append(TimeRange(start, end))
        start = end
    return pieces[::-1]


def _midnight(date: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def _add_local_days(instant: dt.datetime, days: int, zone: ZoneInfo) -> dt.datetime:
    # Arithmetic on an aware datetime moves the wall clock; the way back to UTC honours a clock change.
    return (instant.astimezone(zone) + dt.timedelta(days=days)).astimezone(dt.UTC)
