"""Compares the warehouse's metrics with what the sandbox knows to be true."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

TOLERANCE = 1e-9


class Key(NamedTuple):
    """What a metric value is of."""

    athlete_id: int
    metric_date: dt.date
    metric: str


def sure_days(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """The days of a pull up to now that hold still.

    The first may have begun before the pull's window; the last two may still be growing somewhere in the world.
    """
    return first + dt.timedelta(days=1), last - dt.timedelta(days=2)


def true_values(rows: Iterable[Mapping[str, Any]], days: tuple[dt.date, dt.date]) -> dict[Key, float]:
    """The sandbox's values of those days."""
    values = {
        Key(int(row["athlete_id"]), dt.date.fromisoformat(row["metric_date"]), row["metric"]): float(row["value"])
        for row in rows
    }
    return {key: value for key, value in values.items() if days[0] <= key.metric_date <= days[1]}


def compare(found: Mapping[Key, float], truth: Mapping[Key, float]) -> tuple[int, list[str]]:
    """How many values agree, and a sentence for each that is missing, false or too many; never the value itself."""
    metrics = {key.metric for key in truth}
    agreed, sentences = 0, []
    for key in sorted({key for key in found if key.metric in metrics} | truth.keys()):
        if key not in found:
            reason = "is missing"
        elif key not in truth:
            reason = "should not be there"
        elif not math.isclose(found[key], truth[key], rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            reason = "is false"
        else:
            agreed += 1
            continue
        sentences.append(f"{key.metric} of athlete {key.athlete_id} on {key.metric_date} {reason}")
    return agreed, sentences
