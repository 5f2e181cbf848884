"""Rejected exports: one sentence that says what to do, nothing loaded, and no content of the export repeated."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whoop_export.invalid_archives import ARCHIVES, CELL, odd_zip
from tests.whoop_export.steps import (
    Importer,
    files,
    pack,
)
from wearables.core.errors import ExportRejected, PermanentError
from wearables.whoop_export.archive import MAX_UNPACKED_BYTES
from wearables.whoop_export.table import tables
from wearables_dev.sandbox.export import export


@pytest.fixture
def importer(make_importer: Callable[..., Importer]) -> Importer:
    return make_importer(athletes=1, days=1)


def test_every_invalid_archive_is_rejected_in_one_sentence_and_leaves_nothing(importer: Importer) -> None:
    for what, (packed, reason) in ARCHIVES.items():
        with pytest.raises(ExportRejected, match=reason) as rejected:
            importer.validate(packed)
        assert str(rejected.value).count("\n") == 0, what
        for secret in ("sixty", "maybe", "7 am", "GMT+1", CELL, "caffeine", "naps", "vo2", "evil"):
            assert secret not in str(rejected.value), what
    assert (
        importer.team.rows(
            "select 1 from raw.records union all select 1 from ops.runs union all select 1 from ops.slices"
        )
        == []
    )


def test_a_bomb_with_a_forged_size_is_not_decompressed_beyond_that_size(tmp_path: Path) -> None:
    packed = bytearray(odd_zip(lambda archive: archive.writestr("sleeps2.csv", b"0" * 900_000)))
    place = packed.rfind(b"PK\x01\x02")
    packed[place + 24 : place + 28] = (100).to_bytes(4, "little")
    path = tmp_path / "forged.zip"
    path.write_bytes(packed)
    with pytest.raises(ExportRejected), tables(path):
        pass
    assert MAX_UNPACKED_BYTES > 900_000


def test_a_journal_may_be_missing(importer: Importer) -> None:
    assert importer.run(pack(files(journal_entries=None)))["new"] == 3


def test_files_that_macos_adds_and_an_enclosing_folder_are_ignored(importer: Importer) -> None:
    made = {f"my_whoop_data/{name}": text for name, text in files().items()}
    clutter = {
        "__MACOSX/my_whoop_data/._sleeps.csv": b"\x00\x05",
        ".DS_Store": b"\x00",
        "my_whoop_data/read me.pdf": b"%",
    }
    assert importer.run(pack(made | clutter))["new"] == 3


def test_an_export_of_an_athlete_who_is_not_enrolled_is_rejected_before_it_is_opened(importer: Importer) -> None:
    with pytest.raises(ExportRejected, match="12345 is not enrolled in team"):
        importer.validate(b"no ZIP", athlete_id=12345)


def test_an_athlete_without_a_grant_is_rejected(importer: Importer) -> None:
    importer.team.rows("delete from vault.grants returning 1")
    with pytest.raises(ExportRejected, match="is not enrolled"):
        importer.validate(pack(files()))


def test_consent_withdrawn_between_validate_and_stage_stops_the_import(importer: Importer) -> None:
    from wearables.whoop_export.stage import stage

    wanted = importer.validate(pack(files()))
    importer.team.rows("delete from vault.grants returning 1")
    with pytest.raises(ExportRejected, match="is not enrolled"):
        stage(wanted)
    assert importer.team.rows("select 1 from raw.records") == []


def test_a_file_that_changes_after_validation_is_rejected(importer: Importer) -> None:
    from wearables.whoop_export.stage import stage

    wanted = importer.validate(pack(files()))
    Path(wanted.url.removeprefix("file://")).write_bytes(pack(files(journal_entries=None)))
    with pytest.raises(PermanentError, match="has changed"):
        stage(wanted)
    assert importer.team.rows("select 1 from raw.records") == []


@pytest.mark.parametrize("url", ["file:///nowhere/at/all.zip", "nosuch://bucket/key.zip", "file:///"])
def test_an_unreadable_file_is_reported_without_its_url(importer: Importer, url: str) -> None:
    from wearables.whoop_export.validate import validate

    with pytest.raises(PermanentError) as rejected:
        validate("team", importer.team.athlete_ids[0], url, "run")
    assert url not in str(rejected.value)


def test_an_export_of_another_account_is_rejected(make_importer: Callable[..., Importer]) -> None:
    importer = make_importer(athletes=2, days=20)
    first, second = importer.team.athlete_ids
    importer.team.pull(athletes=[first], **importer.team.all_days())
    # On some dates two athletes' cycles start in the same minute.
    own, other = (_minutes(importer, athlete_id) for athlete_id in (first, second))
    with pytest.raises(ExportRejected, match=f"not athlete {first}'s: it has {len(own & other)} of the "):
        importer.validate(export(importer.team.world, second), first)
    with pytest.raises(ExportRejected, match=f"its cycles are those of athlete {first}"):
        importer.validate(export(importer.team.world, first), second)
    importer.validate(export(importer.team.world, first), first)


def _minutes(importer: Importer, athlete_id: int) -> set[str]:
    return {
        record.payload["start"][: len("2026-11-26T01:43")]
        for record in importer.team.world.records[athlete_id, "cycle"]
    }


def test_an_export_whose_values_contradict_the_api_is_rejected(make_importer: Callable[..., Importer]) -> None:
    importer = make_importer(athletes=1, days=20)
    (athlete_id,) = importer.team.athlete_ids
    importer.team.pull(**importer.team.all_days())
    for record in importer.team.world.records[athlete_id, "recovery"]:
        record.payload = record.payload | {"score": record.payload.get("score", {}) | {"resting_heart_rate": 99}}
    with pytest.raises(ExportRejected, match="values contradict"):
        importer.validate(export(importer.team.world, athlete_id))
