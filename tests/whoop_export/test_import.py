"""Imports from end to end: repeated, of newer and older exports, of files saved by Excel, and after a kill."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.whoop_export.steps import (
    CYCLE_ROW,
    JOURNAL_HEADER,
    JOURNAL_ROW,
    LISTED,
    SLEEP_ROW,
    SLEEPS_HEADER,
    WORKOUT_ROW,
    WORKOUTS_HEADER,
    Importer,
    cycles,
    files,
    pack,
    unpack,
    values,
)
from wearables.core.integrations import load_integration
from wearables.pipeline.check import check
from wearables.pipeline.transform import transform
from wearables.whoop_export.stage import stage
from wearables_dev.sandbox.export import export


@pytest.fixture
def importer(make_importer: Callable[..., Importer]) -> Importer:
    return make_importer(LISTED, athletes=1, days=1)


def everything(importer: Importer) -> dict[str, Any]:
    return importer.team.snapshot() | {
        "answers": importer.team.rows("select * from analytics.survey_responses order by 1, 2, 3, 4"),
        "definitions": importer.team.rows("select * from analytics.metric_definitions order by 1"),
    }


def next_day(row: str) -> str:
    return row.replace("2026-03-02", "2026-03-03").replace("2026-03-01", "2026-03-02")


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
    assert importer.team.rows("select run_type, state, window_start from ops.runs") == [
        ("export", "complete", dt.datetime(2026, 3, 1, 22, 10, 5, tzinfo=dt.UTC))
    ]
    for value in ("two cups", "caffeine", "Share your bed", "12.3", "33.51"):
        assert value not in caplog.text


def test_an_import_does_not_move_the_watermark_of_the_pulls(importer: Importer) -> None:
    importer.run(pack(files()))
    _, chunks = importer.team.validate(run_type="scheduled")
    assert chunks[-1].period.start > dt.datetime.now(dt.UTC) - dt.timedelta(days=12)


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
