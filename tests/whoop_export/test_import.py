"""Imports from end to end: repeated, of newer and older exports, of files saved by Excel, and after a kill."""

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.whoop_export.steps import (
    CYCLE_ROW,
    CYCLES_HEADER,
    DAY,
    JOURNAL_HEADER,
    JOURNAL_ROW,
    NIGHT_CELLS,
    SLEEP_ROW,
    SLEEPS_HEADER,
    WORKOUT_ROW,
    WORKOUTS_HEADER,
    Importer,
    files,
    pack,
    unpack,
)
from wearables.core.integrations import load_integration
from wearables.pipeline.check import check
from wearables.pipeline.transform import transform
from wearables.whoop_export.stage import stage
from wearables_dev.sandbox.export import export

LISTED = {"survey_questions": '["Have any caffeine?", "Feeling sick or ill?"]'}


@pytest.fixture
def importer(make_importer: Callable[..., Importer]) -> Importer:
    return make_importer(LISTED, athletes=1, days=1)


def everything(importer: Importer) -> dict[str, Any]:
    return importer.team.snapshot() | {
        "answers": importer.team.rows("select * from analytics.survey_responses order by 1, 2, 3, 4"),
        "definitions": importer.team.rows("select * from analytics.metric_definitions order by 1"),
    }


def values(importer: Importer) -> dict[tuple[str, str], float]:
    return {key[1:]: value for key, (value, _) in importer.values().items()}


def cycles(*rows: str) -> str:
    return "\n".join([CYCLES_HEADER, *rows, ""])


def next_day(row: str) -> str:
    return row.replace("2026-03-02", "2026-03-03").replace("2026-03-01", "2026-03-02")


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


def test_a_row_is_kept_whole_except_for_the_notes(importer: Importer) -> None:
    importer.run(pack(files()))
    payloads = dict(importer.team.rows("select collection, payload from raw.records"))
    assert payloads["export_cycle"]["row"]["sleep_debt"] == 20
    assert payloads["export_cycle"]["start"] == "2026-03-01T22:10:05.000Z"
    assert payloads["export_workout"]["row"]["activity_name"] == "Running"
    assert payloads["journal"]["row"] == {
        "cycle_start_time": "2026-03-01 23:10:05",
        "cycle_end_time": "2026-03-02 22:30:00",
        "cycle_timezone": "+01:00",
        "question_text": "Have any caffeine?",
        "answered_yes": True,
    }


def test_importing_the_same_file_again_changes_nothing(make_importer: Callable[..., Importer]) -> None:
    importer = make_importer(LISTED, athletes=1, days=30)
    packed = export(importer.team.world, importer.team.athlete_ids[0])
    first = importer.run(packed)
    before = everything(importer)
    again = importer.run(packed)
    assert everything(importer) == before
    assert again == {"new": 0, "changed": 0, "unchanged": first["new"], "deleted": 0, "regressions": 0}


def test_a_newer_export_updates_adds_and_deletes_records(importer: Importer) -> None:
    importer.run(pack(files(workouts=f"{WORKOUTS_HEADER}\n{WORKOUT_ROW}\n{WORKOUT_ROW.replace(' 17:00', ' 09:00')}\n")))
    newer = files(
        physiological_cycles=cycles(next_day(CYCLE_ROW), CYCLE_ROW.replace(",66,", ",70,")),
        sleeps=f"{SLEEPS_HEADER}\n{next_day(SLEEP_ROW)}\n{SLEEP_ROW}\n",
    )
    assert importer.run(pack(newer)) == {"new": 2, "changed": 1, "unchanged": 3, "deleted": 1, "regressions": 0}
    found = values(importer)
    assert (found["2026-03-02", "recovery"], found["2026-03-03", "recovery"]) == (70, 66)
    assert found["2026-03-02", "workouts"] == 1
    assert importer.team.rows("select count(*) from raw.records where superseded_at is not null") == [(1,)]


def test_an_older_export_adds_missing_records_and_changes_nothing(importer: Importer) -> None:
    importer.run(pack(files(physiological_cycles=cycles(next_day(CYCLE_ROW), CYCLE_ROW))))
    before = values(importer)
    earlier = CYCLE_ROW.replace("2026-03-01", "2026-02-27").replace("2026-03-02", "2026-02-28")
    older = files(physiological_cycles=cycles(CYCLE_ROW.replace(",66,", ",1,"), earlier))
    assert importer.run(pack(older))["new"] == 1
    after = values(importer)
    assert {key: value for key, value in after.items() if key[0] > "2026-02-28"} == before
    assert after["2026-02-28", "recovery"] == 66


def test_the_last_of_duplicate_rows_counts(importer: Importer) -> None:
    made = files(
        physiological_cycles=cycles(CYCLE_ROW, CYCLE_ROW, CYCLE_ROW.replace(",66,", ",71,")),
        workouts=f"{WORKOUTS_HEADER}\n{WORKOUT_ROW}\n{WORKOUT_ROW}\n",
    )
    assert importer.run(pack(made))["new"] == 4
    assert values(importer)["2026-03-02", "recovery"] == 71
    assert values(importer)["2026-03-02", "workouts"] == 1


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


def excel(text: str) -> bytes:
    """Return a CSV file as a German Excel saves it; no cell from the sandbox contains a comma."""
    header, *rows = text.splitlines()
    saved = [header, *(row.replace(",", ";").replace(".", ",") for row in rows)]
    words = "\r\n".join([saved[0].replace(",", ";"), *saved[1:], ""])
    return ("\ufeff" + words.replace(";true", ";WAHR").replace(";false", ";FALSCH")).encode()


def test_an_export_saved_again_by_excel_changes_nothing(make_importer: Callable[..., Importer]) -> None:
    importer = make_importer(LISTED, athletes=1, days=20)
    packed = export(importer.team.world, importer.team.athlete_ids[0])
    importer.run(packed)
    before = everything(importer)
    again = {name: excel(text) for name, text in unpack(packed).items()}
    assert importer.run(pack(again))["unchanged"] > 50
    assert everything(importer) == before


def test_times_that_excel_cuts_to_the_minute_keep_their_record_ids(importer: Importer) -> None:
    importer.run(pack(files()))
    cut = {name: str(text).replace(":05,", ",") for name, text in files().items()}
    assert importer.run(pack(cut)) == {"new": 0, "changed": 4, "unchanged": 0, "deleted": 0, "regressions": 0}


def test_an_import_that_is_killed_after_staging_can_be_run_again(importer: Importer) -> None:
    packed = pack(files())
    wanted = importer.validate(packed)
    with pytest.raises(RuntimeError), pytest.MonkeyPatch.context() as patch:
        patch.setattr("wearables.whoop_export.stage.discard", lambda url: (_ for _ in ()).throw(RuntimeError("killed")))
        stage(wanted)
    assert importer.team.rows("select distinct state from ops.slices") == [("staged",)]
    assert stage(wanted)["new"] == 0
    integration = load_integration("team")
    transform(integration, wanted.run_id)
    transform(integration, wanted.run_id)
    check(integration, wanted.run_id)
    assert len(values(importer)) == 28
    assert importer.team.rows("select count(*) from raw.records") == [(4,)]


def test_the_pull_log_records_an_import_like_a_pull(importer: Importer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    journal = f"{JOURNAL_HEADER}\n{JOURNAL_ROW}\n{JOURNAL_ROW.replace('Have any caffeine? ', 'Share your bed?')}\n"
    importer.run(pack(files(journal_entries=journal)))
    rows = importer.team.rows(
        "select collection, state, records, withheld, new, changed, error from ops.slices order by collection"
    )
    assert rows == [
        ("export_cycle", "staged", 1, 0, 1, 0, None),
        ("export_sleep", "staged", 1, 0, 1, 0, None),
        ("export_workout", "staged", 1, 0, 1, 0, None),
        ("journal", "staged", 2, 1, 1, 0, None),
    ]
    assert importer.team.rows("select run_type, state, is_full_scope, window_start from ops.runs") == [
        ("export", "complete", False, dt.datetime(2026, 3, 1, 22, 10, 5, tzinfo=dt.UTC))
    ]
    for value in ("two cups", "caffeine", "Share your bed", "12.3", "33.51"):
        assert value not in caplog.text


def test_an_import_does_not_move_the_watermark_of_the_pulls(importer: Importer) -> None:
    importer.run(pack(files()))
    _, chunks = importer.team.validate(run_type="scheduled")
    assert chunks[-1].start > dt.datetime.now(dt.UTC) - dt.timedelta(days=12)


def test_a_record_that_whoop_deleted_stays_deleted_even_if_an_export_has_it(
    make_importer: Callable[..., Importer],
) -> None:
    importer = make_importer(athletes=1, days=20)
    team = importer.team
    (athlete_id,) = team.athlete_ids
    team.pull(**team.all_days())
    packed = export(team.world, athlete_id)
    lonely = (
        "select metric_date from analytics.metrics where metric = 'workouts' and value = 1 order by 1 offset 2 limit 1"
    )
    ((day,),) = team.rows(lonely)
    ((workout,),) = team.rows("select workout_id from analytics.workouts where metric_date = %s", day)
    team.world.delete(athlete_id, "workout", workout)
    team.pull(**team.all_days())
    importer.run(packed)
    assert team.rows("select 1 from raw.records where collection = 'workout' and deleted_at is not null")
    assert (
        team.rows("select metric from analytics.metrics where metric_date = %s and metric like '%%workout%%'", day)
        == []
    )


def test_an_implausible_value_is_quarantined(importer: Importer) -> None:
    from wearables.core.errors import RunFailed

    with pytest.raises(RunFailed, match=r"export_cycle record.*quarantined.*day_strain is out of range"):
        importer.run(pack(files(physiological_cycles=cycles(CYCLE_ROW.replace(",12.3,", ",99.5,")))))
    assert ("2026-03-02", "day_strain") not in values(importer)
