"""Cells: local times and offsets give the right instant in every season; numbers parse as Excel writes them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from wearables.core.warehouse import transaction
from wearables.whoop_export.cells import BadCell, read_cell, read_offset, read_time, to_utc
from wearables.whoop_export.columns import Column

QUARTERS = st.integers(-14 * 4, 14 * 4)
INSTANTS = st.datetimes(dt.datetime(2015, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)

PROBLEMS = {
    "not a time such as 2026-03-01 23:14:05",
    "not an existing date and time",
    "before 2012 or in the future",
    "not a UTC offset such as UTC-04:00 or UTCZ",
    "ambiguous, thousands or decimals; write the number without a thousands separator",
    "not a number",
    "neither true nor false",
    "longer than 10000 characters, or contains a NUL character",
}


def written(quarters: int) -> str:
    """Return an offset as an export writes it."""
    sign, minutes = "-" if quarters < 0 else "+", abs(quarters) * 15
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}"


@given(INSTANTS, QUARTERS)
def test_a_local_time_and_its_offset_give_the_instant(moment: dt.datetime, quarters: int) -> None:
    clock = (moment + dt.timedelta(minutes=15 * quarters)).strftime("%Y-%m-%d %H:%M:%S")
    assert to_utc(read_time(clock), read_offset(written(quarters))) == moment


@given(INSTANTS)
def test_utcz_is_utc(moment: dt.datetime) -> None:
    assert to_utc(read_time(moment.strftime("%Y-%m-%d %H:%M:%S")), read_offset("UTCZ")) == moment


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    st.integers(2015, 2025),
    st.integers(0, 24 * 366),
)
def test_the_offset_resolves_hours_that_a_clock_change_skips_or_repeats(zone: str, year: int, hour: int) -> None:
    moment = dt.datetime(year, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
    local = moment.astimezone(ZoneInfo(zone))
    text = local.strftime("%z")
    offset = read_offset(f"UTC{text[:3]}:{text[3:]}")
    assert to_utc(read_time(local.strftime("%Y-%m-%d %H:%M:%S")), offset) == moment


@given(st.text(max_size=30))
def test_any_cell_is_parsed_or_rejected_without_repeating_it(text: str) -> None:
    for kind in ("time", "offset", "number", "amount", "flag", "text"):
        try:
            read_cell(text, Column("any", kind))  # type: ignore[arg-type]
        except BadCell as error:
            assert str(error) in PROBLEMS


@pytest.mark.parametrize(
    ("text", "value"),
    [("66", 66), ("66.0", 66), ("12.3", 12.3), ("12,3", 12.3), ("-3.25", -3.25), (" 7 ", 7), ("", None), (" ", None)],
)
def test_a_number_may_have_a_decimal_comma(text: str, value: float | None) -> None:
    assert read_cell(text, Column("any")) == value


@pytest.mark.parametrize("text", ["1.234", "2,150", "1,234.5", "1e5", "nan", "--", "12 3", "½", "٣"])
def test_an_ambiguous_number_is_rejected(text: str) -> None:
    with pytest.raises(BadCell):
        read_cell(text, Column("any", "amount"))


def test_a_column_below_a_thousand_may_have_three_decimals() -> None:
    assert read_cell("95,875", Column("any")) == 95.875


@pytest.mark.parametrize("text", ["2026-03-29 02:30:00", "2026-03-29 02:30", "29.03.2026 02:30", "29.3.2026 2:30:00"])
def test_a_time_may_be_written_as_excel_does(text: str) -> None:
    assert read_time(text) == dt.datetime(2026, 3, 29, 2, 30)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2026 02:30",
        "2026-02-30 01:00:00",
        "2026-01-01",
        "2026-01-01 24:00:00",
        "46110.5",
        "0001-01-01 00:00:00",
        "2011-12-31 23:59:59",
        "2100-01-01 00:00:00",
    ],
)
def test_an_ambiguous_or_invalid_time_is_rejected(text: str) -> None:
    with pytest.raises(BadCell):
        read_time(text)


@pytest.mark.parametrize("text", ["GMT-5", "UTC", "UTC+15:00", "UTC+1:00", "+01:00", "UTC+01:75", "Europe/Berlin"])
def test_an_offset_in_another_notation_is_rejected(text: str) -> None:
    with pytest.raises(BadCell):
        read_offset(text)


def rule(start: dt.datetime, sleep: tuple[dt.datetime, dt.datetime] | None) -> dt.date:
    """Return a cycle's date by the rule of docs/reference/metrics.md, applied to local times."""
    if sleep and (sleep[0].hour < 12 or sleep[0].date() != sleep[1].date()):
        return sleep[1].date()
    return (start + dt.timedelta(hours=8)).date()


def test_the_date_of_a_cycle_follows_the_metrics_rule(warehouse_engine: Engine) -> None:
    local = st.datetimes(dt.datetime(2024, 2, 20), dt.datetime(2024, 3, 5)).map(
        lambda each: each.replace(microsecond=0)
    )
    hours = st.floats(0, 26).map(lambda each: dt.timedelta(seconds=round(each * 3600)))

    @given(st.lists(st.tuples(local, st.none() | st.tuples(hours, hours)), min_size=1, max_size=50))
    def compare(cycles: list) -> None:
        with transaction(warehouse_engine) as connection:
            for start, lengths in cycles:
                sleep = (start + lengths[0], start + lengths[0] + lengths[1]) if lengths else None
                found = connection.exec_driver_sql(
                    "select raw.export_cycle_date(jsonb_build_object('cycle_start_time', %(start)s::text, "
                    "'sleep_onset', %(onset)s::text, 'wake_onset', %(wake)s::text))",
                    {"start": str(start), "onset": sleep and str(sleep[0]), "wake": sleep and str(sleep[1])},
                ).scalar()
                assert found == rule(start, sleep)

    compare()
