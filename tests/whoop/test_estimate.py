"""Estimates of requests and time, from the chunks of a pull and the budget."""

import datetime as dt

import pytest

from wearables.core.sources import SOURCES
from wearables.core.windows import TimeRange, chunks
from wearables.whoop.estimate import estimate_for_all

NOW = dt.datetime(2026, 3, 31, tzinfo=dt.UTC)
LIMITS = {60: 100, 86_400: 10_000}


def pieces(days: int) -> list[TimeRange]:
    return chunks(TimeRange(NOW - dt.timedelta(days=days), NOW), 24, dt.UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "athletes", "used", "expected"),
    [
        # One page per collection, one renewal per athlete, and the verification of the app.
        (1, 4, {}, (1, 21, 20, 1)),
        # 25 cycles fit on a page, but not with a few naps.
        (24, 1, {}, (1, 7, 20, 1)),
        (60, 4, {}, (3, 53, 20, 1)),
        # The budget of this minute is used: one more minute.
        (1, 4, {60: 90}, (1, 21, 80, 1)),
        # 401 requests: 100 now, and four more minutes.
        (1, 80, {}, (1, 401, 260, 1)),
    ],
)
def test_requests_and_time_follow_from_chunks_athletes_and_budget(
    days: int, athletes: int, used: dict[int, int], expected: tuple[int, int, float, int]
) -> None:
    size = estimate_for_all(pieces(days), athletes, SOURCES["whoop"].collections, LIMITS, used)
    assert (size.chunks, size.requests, size.seconds, size.days) == expected


def test_a_pull_beyond_the_daily_budget_needs_several_days() -> None:
    assert estimate_for_all(pieces(24), 4000, SOURCES["whoop"].collections, LIMITS, {}).days == 3
    assert estimate_for_all(pieces(1), 10, SOURCES["whoop"].collections, LIMITS, {86_400: 9_960}).days == 2


def test_only_requested_collections_count() -> None:
    assert estimate_for_all(pieces(1), 1, ["cycle"], LIMITS, {}).requests == 3
