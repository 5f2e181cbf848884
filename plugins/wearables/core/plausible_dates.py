"""The dates that a record can have, whatever its source."""

import datetime as dt

# WHOOP was founded in 2012.
EARLIEST = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
# Covers local times, and a clock that is wrong by a day.
TOLERANCE = dt.timedelta(days=2)


def latest_plausible() -> dt.datetime:
    """Return the latest time that a record can have now."""
    return dt.datetime.now(dt.UTC) + TOLERANCE


def is_plausible(moment: dt.datetime) -> bool:
    """Return whether a record can have this time."""
    return EARLIEST <= moment <= latest_plausible()
