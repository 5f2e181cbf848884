"""The metrics of an imported export: their dates and values, and whether they are provisional."""

import datetime as dt
import random
from collections.abc import Callable

import pytest

from tests.whoop_export.steps import (
    CYCLE_ROW,
    DAY,
    LISTED,
    NIGHT_CELLS,
    SLEEP_ROW,
    SLEEPS_HEADER,
    WORKOUTS_HEADER,
    Importer,
    cycles,
    files,
    pack,
    values,
)


@pytest.fixture
def importer(make_importer: Callable[..., Importer]) -> Importer:
    return make_importer(LISTED, athletes=1, days=1)


def test_one_day_gives_these_metrics(importer: Importer) -> None:
    importer.run(pack(files()))
    found = values(importer)
    assert {date for date, _ in found} == {"2026-03-02"}
    assert {metric: round(value, 6) for (_, metric), value in found.items()} == {
        "day_strain": 12.3,
        "energy": 8995.6,
        "max_heart_rate": 171,
        "average_heart_rate": 64,
        "recovery": 66,
        "resting_heart_rate": 52,
        "heart_rate_variability": 71,
        "skin_temperature": 33.51,
        "blood_oxygen": 96.25,
        "sleep_performance": 84,
        "respiratory_rate": 15.3,
        "hours_of_sleep": 7,
        "light_sleep": round(220 / 60, 6),
        "slow_wave_sleep": round(100 / 60, 6),
        "rem_sleep": round(100 / 60, 6),
        "awake_time": 0.5,
        "time_in_bed": 7.5,
        "sleep_need": 8,
        "sleep_efficiency": 93,
        "sleep_consistency": 70,
        "workouts": 1,
        "workout_minutes": 60,
        "workout_energy": 2677.76,
        "zone_1_minutes": 6,
        "zone_2_minutes": 12,
        "zone_3_minutes": 18,
        "zone_4_minutes": 12,
        "zone_5_minutes": 6,
    }


def test_cycles_with_any_offset_and_sleep_get_the_right_date(importer: Importer) -> None:
    rng = random.Random(7)
    rows, expected = [], {}
    for number in range(300):
        start = dt.datetime(2025, 1, 1) + dt.timedelta(days=number, seconds=rng.randrange(86_400))
        quarters = rng.randint(-56, 56)
        offset = f"UTC{'-' if quarters < 0 else '+'}{abs(quarters) // 4:02}:{abs(quarters) % 4 * 15:02}"
        onset = start + dt.timedelta(seconds=rng.randrange(-86_400, 2 * 86_400))
        wake = onset + dt.timedelta(seconds=rng.randrange(86_400))
        rows.append(CYCLE_ROW.replace(DAY, f"{start},,{offset}").replace(NIGHT_CELLS[:39], f"{onset},{wake}"))
        is_short_evening = onset.hour >= 12 and onset.date() == wake.date()
        date = ((start + dt.timedelta(hours=8)) if is_short_evening else wake).date()
        instant = start - dt.timedelta(minutes=15 * quarters)
        expected[str(date)] = max(expected.get(str(date), instant), instant)
    importer.run(
        pack(files(physiological_cycles=cycles(*rows), sleeps=f"{SLEEPS_HEADER}\n", workouts=f"{WORKOUTS_HEADER}\n"))
    )
    found = importer.team.rows(
        "select metrics.metric_date::text, records.started_at at time zone 'utc' from analytics.metrics as metrics "
        "inner join raw.records as records on records.record_id = metrics.source_record_id "
        "and records.collection = 'export_cycle' where metrics.metric = 'recovery'"
    )
    assert dict(found) == expected


def test_an_open_cycle_has_a_recovery_and_a_sleep_but_no_strain(importer: Importer) -> None:
    row = CYCLE_ROW.replace("2026-03-02 22:30:00", "").replace(",12.3,2150,171,64,", ",,,,,")
    importer.run(pack(files(physiological_cycles=cycles(row))))
    found = values(importer)
    assert found["2026-03-02", "recovery"] == 66
    assert ("2026-03-02", "day_strain") not in found


def test_the_strain_of_an_open_cycle_is_provisional(importer: Importer) -> None:
    importer.run(pack(files(physiological_cycles=cycles(CYCLE_ROW.replace("2026-03-02 22:30:00", "")))))
    assert importer.team.rows("select metric from analytics.metrics where is_provisional order by 1") == [
        ("average_heart_rate",),
        ("day_strain",),
        ("energy",),
        ("max_heart_rate",),
    ]


def test_a_cycle_without_a_sleep_is_dated_eight_hours_after_its_start(importer: Importer) -> None:
    row = CYCLE_ROW.replace(NIGHT_CELLS, "," * 13).replace(",66,52,71,33.51,96.25,", ",,,,,,")
    importer.run(pack(files(physiological_cycles=cycles(row), sleeps=f"{SLEEPS_HEADER}\n")))
    found = values(importer)
    assert found["2026-03-02", "day_strain"] == 12.3
    assert not {"recovery", "hours_of_sleep"} & {metric for _, metric in found}


def test_a_nap_has_the_date_of_its_cycle_and_moves_with_it(importer: Importer) -> None:
    nap = SLEEP_ROW.replace(NIGHT_CELLS, "2026-03-02 14:00:00,2026-03-02 14:40:00,,,30,35,20,4,6,5,,,80,")
    nap = nap.replace("false", "true")
    sleeps = f"{SLEEPS_HEADER}\n{SLEEP_ROW}\n{nap}\n"
    importer.run(pack(files(sleeps=sleeps)))
    assert values(importer)["2026-03-02", "naps"] == 1
    assert values(importer)["2026-03-02", "nap_hours"] == 0.5
    late = CYCLE_ROW.replace("2026-03-02 07:00:00", "2026-03-03 00:30:00").replace("2026-03-02 22", "2026-03-03 22")
    importer.run(pack(files(physiological_cycles=cycles(late), sleeps=sleeps)))
    found = values(importer)
    assert ("2026-03-02", "naps") not in found
    assert found["2026-03-03", "naps"] == 1


def test_a_nap_that_is_imported_later_is_counted(importer: Importer) -> None:
    importer.run(pack(files()))
    nap = SLEEP_ROW.replace(NIGHT_CELLS, "2026-03-02 14:00:00,2026-03-02 14:40:00,,,30,35,20,4,6,5,,,80,")
    sleeps = f"{SLEEPS_HEADER}\n{SLEEP_ROW}\n{nap.replace('false', 'true')}\n"
    assert importer.run(pack(files(sleeps=sleeps)))["new"] == 1
    assert values(importer)["2026-03-02", "naps"] == 1


def test_an_implausible_value_is_quarantined(importer: Importer) -> None:
    from wearables.core.errors import RunFailed

    with pytest.raises(RunFailed, match=r"export_cycle record.*quarantined.*day_strain is out of range"):
        importer.run(pack(files(physiological_cycles=cycles(CYCLE_ROW.replace(",12.3,", ",99.5,")))))
    assert ("2026-03-02", "day_strain") not in values(importer)
