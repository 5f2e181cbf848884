"""What a pull will take, computed from its chunks and the budget."""

import datetime as dt

import pytest

from wearables.core.sources import SOURCES
from wearables.core.windows import TimeRange, chunks
from wearables.whoop.estimate import estimate

NOW = dt.datetime(2026, 3, 31, tzinfo=dt.UTC)
LIMITS = {60: 100, 86_400: 10_000}


def pieces(days: int) -> list[TimeRange]:
    return chunks(TimeRange(NOW - dt.timedelta(days=days), NOW), 24, dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "athletes", "used", "expected"),
    [
        # One page a collection, a renewal each, and the proof of the app.
        (1, 4, {}, (1, 21, 20, 1)),
        # 25 cycles still fit a page; a few naps do not.
        (24, 1, {}, (1, 7, 20, 1)),
        (60, 4, {}, (3, 53, 30, 1)),
        # The minute's budget is used already: one minute more.
        (1, 4, {60: 90}, (1, 21, 80, 1)),
        # 401 requests: 100 now, and four loads of a minute each.
        (1, 80, {}, (1, 401, 260, 1)),
    ],
)
def test_requests_and_time_follow_from_chunks_athletes_and_budget(
    days: int, athletes: int, used: dict[int, int], expected: tuple[int, int, float, int]
) -> None:
    size = estimate(pieces(days), athletes, SOURCES["whoop"].collections, LIMITS, used)
    assert (size.chunks, size.requests, size.seconds, size.days) == expected


def test_more_than_a_day_s_budget_says_how_many_days_it_needs() -> None:
    assert estimate(pieces(24), 4000, SOURCES["whoop"].collections, LIMITS, {}).days == 3
    assert estimate(pieces(1), 10, SOURCES["whoop"].collections, LIMITS, {86_400: 9_960}).days == 2


def test_collections_that_are_not_asked_for_cost_nothing() -> None:
    assert estimate(pieces(1), 1, ["cycle"], LIMITS, {}).requests == 3
