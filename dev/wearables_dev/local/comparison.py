"""Compare the warehouse's metrics with the metrics that the sandbox expects."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

TOLERANCE = 1e-9


class Key(NamedTuple):
    """Identifies a metric value."""

    athlete_id: int
    metric_date: dt.date
    metric: str


def comparable_days(first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and last day whose values are complete and final, for a pull that ends now.

    The first day of the pull may have begun before its window. Its last two may not be over in every time zone.
    """
    return first + dt.timedelta(days=1), last - dt.timedelta(days=2)


def expected_values(rows: Iterable[Mapping[str, Any]], days: tuple[dt.date, dt.date]) -> dict[Key, float]:
    """Return the sandbox's values from the first to the last of ``days``."""
    values = {
        Key(int(row["athlete_id"]), dt.date.fromisoformat(row["metric_date"]), row["metric"]): float(row["value"])
        for row in rows
    }
    return {key: value for key, value in values.items() if days[0] <= key.metric_date <= days[1]}


def compare(found: Mapping[Key, float], expected: Mapping[Key, float]) -> tuple[int, list[str]]:
    """Return the number of values that match, and a sentence for each missing, different or unexpected value.

    The sentences contain no values. Metrics that the sandbox does not know are ignored.
    """
    metrics = {key.metric for key in expected}
    matching, sentences = 0, []
    for key in sorted({key for key in found if key.metric in metrics} | expected.keys()):
        if key not in found:
            reason = "is missing"
        elif key not in expected:
            reason = "was not expected"
        elif not math.isclose(found[key], expected[key], rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            reason = "differs"
        else:
            matching += 1
            continue
        sentences.append(f"{key.metric} of athlete {key.athlete_id} on {key.metric_date} {reason}")
    return matching, sentences
