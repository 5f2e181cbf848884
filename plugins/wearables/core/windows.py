"""The windows of runs and their chunks. Pure functions."""

import datetime as dt
import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wearables.core.errors import PermanentError

DAY = dt.timedelta(days=1)
MAX_CHUNK_DAYS = 28
MAX_CHUNK = dt.timedelta(days=MAX_CHUNK_DAYS)


@dataclass(frozen=True)
class TimeRange:
    """A half-open range of instants, ``start <= t < end``, in UTC."""

    start: dt.datetime
    end: dt.datetime

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%dT%H:%MZ}..{self.end:%Y-%m-%dT%H:%MZ}"

    @property
    def label(self) -> str:
        """The range, formatted for a file path."""
        return f"{self.start:%Y%m%dT%H%M%SZ}-{self.end:%Y%m%dT%H%M%SZ}"


def dates_to_window(first: dt.date, last: dt.date, zone: ZoneInfo, now: dt.datetime) -> TimeRange:
    """Return the range of the local days ``first`` to ``last`` (inclusive), ending at ``now`` at the latest.

    Raises PermanentError if the dates are in the wrong order or begin in the future.
    """
    if last < first:
        raise PermanentError(f"end_date {last} is before start_date {first}. Swap the dates.")
    if first > now.astimezone(zone).date():
        raise PermanentError(f"start_date {first} is in the future in {zone.key}. Choose today or an earlier date.")
    return TimeRange(_midnight(first, zone), min(_midnight(last + dt.timedelta(days=1), zone), now))


def last_24_hours(now: dt.datetime) -> TimeRange:
    """Return the 24 hours before ``now``."""
    return TimeRange(now - dt.timedelta(hours=24), now)


def first_instant(
    start_date: dt.date | None, enrolled_at: dt.datetime, lookback_days: int, zone: ZoneInfo
) -> dt.datetime:
    """Return the instant to which scheduled pulls of an athlete reach back.

    It is the beginning of ``start_date``. Without one, it is ``lookback_days`` before the day before the enrolment.
    """
    if start_date:
        return _midnight(start_date, zone)
    return _midnight(enrolled_at.astimezone(zone).date() - dt.timedelta(days=1 + lookback_days), zone)


def chunks(window: TimeRange, chunk_days: int, zone: ZoneInfo) -> list[TimeRange]:
    """Split a window into half-open chunks of at most ``chunk_days`` local days and 28 x 24 hours, newest first.

    The chunks have about the same length: a short remainder would need as many requests as a long chunk, and a chunk
    of the maximum length may need a second page.
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
    # Adding days to an aware datetime keeps its local time; converting to UTC accounts for a clock change.
    return (instant.astimezone(zone) + dt.timedelta(days=days)).astimezone(dt.UTC)
