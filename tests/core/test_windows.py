"""Windows and their chunks, edge cases included."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wearables.core.errors import PermanentError
from wearables.core.windows import MAX_CHUNK, TimeRange, chunks, dates_to_window, first_instant, last_24_hours

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("days", "chunk_days", "expected"),
    [
        (0, 24, 0),
        (1, 24, 1),
        (24, 24, 1),
        (25, 24, 2),
        (25, 25, 1),
        (28, 28, 1),
        (29, 28, 2),
        (366, 28, 14),
        (366, 1, 366),
    ],
)
def test_a_window_is_split_into_as_few_chunks_as_possible(days: int, chunk_days: int, expected: int) -> None:
    start = utc(2024, 1, 1)
    assert len(chunks(TimeRange(start, start + dt.timedelta(days=days)), chunk_days, UTC)) == expected


@given(
    start=st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2027, 1, 1)),
    hours=st.integers(0, 24 * 400),
    chunk_days=st.integers(1, 28),
    zone=st.sampled_from([UTC, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")]),
)
def test_chunks_cover_the_window_exactly_once_and_none_is_longer_than_28_days(
    start: dt.datetime, hours: int, chunk_days: int, zone: ZoneInfo
) -> None:
    begin = start.replace(tzinfo=dt.UTC)
    window = TimeRange(begin, begin + dt.timedelta(hours=hours))
    oldest_first = chunks(window, chunk_days, zone)[::-1]
    edges = [window.start, *(chunk.end for chunk in oldest_first)]
    assert [chunk.start for chunk in oldest_first] == edges[:-1]
    assert edges[-1] == window.end
    assert all(dt.timedelta(0) < chunk.end - chunk.start <= MAX_CHUNK for chunk in oldest_first)


def test_the_newest_chunk_comes_first() -> None:
    window_chunks = chunks(TimeRange(utc(2026, 1, 1), utc(2026, 3, 1)), 24, UTC)
    assert [chunk.start for chunk in window_chunks] == sorted((chunk.start for chunk in window_chunks), reverse=True)


def test_both_dates_are_included_as_whole_local_days() -> None:
    window = dates_to_window(dt.date(2026, 3, 1), dt.date(2026, 3, 2), BERLIN, NOW)
    assert window == TimeRange(utc(2026, 2, 28, 23), utc(2026, 3, 2, 23))


@pytest.mark.parametrize(
    ("date", "hours"),
    [(dt.date(2026, 3, 29), 23), (dt.date(2025, 10, 26), 25), (dt.date(2024, 2, 29), 24)],
    ids=["spring forward", "fall back", "leap day"],
)
def test_a_local_day_can_have_23_24_or_25_hours(date: dt.date, hours: int) -> None:
    window = dates_to_window(date, date, BERLIN, NOW)
    assert window.end - window.start == dt.timedelta(hours=hours)


def test_28_local_days_across_the_end_of_summer_time_are_split_after_28_times_24_hours() -> None:
    window = dates_to_window(dt.date(2025, 10, 6), dt.date(2025, 11, 2), BERLIN, NOW)
    assert window.end - window.start == dt.timedelta(days=28, hours=1)
    assert [chunk.end - chunk.start for chunk in chunks(window, 28, BERLIN)] == [dt.timedelta(hours=1), MAX_CHUNK]


def test_a_window_that_reaches_into_the_future_ends_now() -> None:
    assert dates_to_window(NOW.date(), dt.date(2026, 12, 31), UTC, NOW).end == NOW


def test_dates_in_the_wrong_order_are_rejected() -> None:
    with pytest.raises(PermanentError, match="before start_date"):
        dates_to_window(dt.date(2026, 3, 2), dt.date(2026, 3, 1), UTC, NOW)


def test_a_start_in_the_future_is_rejected() -> None:
    with pytest.raises(PermanentError, match="in the future"):
        dates_to_window(dt.date(2026, 6, 16), dt.date(2026, 6, 17), UTC, NOW)


def test_today_depends_on_the_time_zone_of_the_integration() -> None:
    late = utc(2026, 6, 15, 23)
    assert dates_to_window(dt.date(2026, 6, 16), dt.date(2026, 6, 16), BERLIN, late).start == utc(2026, 6, 15, 22)


def test_without_dates_a_pull_covers_the_previous_24_hours() -> None:
    assert last_24_hours(NOW) == TimeRange(NOW - dt.timedelta(hours=24), NOW)


def test_scheduled_pulls_reach_back_to_the_start_date_in_the_teams_time_zone() -> None:
    enrolled_a_year_later = utc(2027, 1, 1)
    assert first_instant(dt.date(2026, 1, 1), enrolled_a_year_later, 7, BERLIN) == utc(2025, 12, 31, 23)


def test_without_a_start_date_they_reach_back_the_lookback_before_the_day_before_the_enrolment() -> None:
    assert first_instant(None, utc(2026, 6, 15, 22, 30), 7, BERLIN) == utc(2026, 6, 7, 22)
