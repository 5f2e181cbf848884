"""The drop folder: uploads are stored safely, waiting files are found, and files are deleted once processed."""

import io
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.whoop_export.steps import Importer, files, pack
from wearables.core.errors import ExportRejected, PermanentError, WarehouseUnavailable
from wearables.whoop_export import archive
from wearables.whoop_export.archive import NO_FILE
from wearables.whoop_export.inbox import SETTLED_SECONDS, conf, discard, receive, waiting
from wearables.whoop_export.request import validate_exports
from wearables.whoop_export.stage import stage


@pytest.fixture
def importer(make_importer: Callable[..., Importer]) -> Importer:
    return make_importer(athletes=2, days=1)


def drop(folder: Path, athlete: object, content: bytes, age: float = SETTLED_SECONDS + 5) -> Path:
    """Put a file into the drop folder, last modified ``age`` seconds ago."""
    path = folder / "landing" / "team" / "inbox" / "exports" / str(athlete) / "Any Name of Theirs.ZIP"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def test_an_upload_is_stored_under_a_random_name(importer: Importer, tmp_path: Path) -> None:
    (athlete_id, _) = importer.team.athlete_ids
    upload = pack(files())
    url = receive("team", athlete_id, io.BytesIO(upload))
    path = Path(url.removeprefix("file://"))
    assert path.parent == tmp_path / "landing" / "team" / "inbox" / "exports" / str(athlete_id)
    assert path.read_bytes() == upload
    assert conf("team", athlete_id, url) == {"integration": "team", "athlete": athlete_id, "file": url}
    validated = validate_exports(conf("team", athlete_id, url), "run")
    stage(validated.imports[0])
    assert not path.exists()


@pytest.mark.parametrize(("content", "reason"), [(b"", "empty"), (b"no zip", "not a ZIP"), (b"PK" * 600_000, "larger")])
def test_an_unusable_upload_is_not_kept(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, reason: str
) -> None:
    monkeypatch.setattr("wearables.whoop_export.inbox.MAX_ARCHIVE_BYTES", archive.MEGABYTE)
    with pytest.raises(ExportRejected, match=reason):
        receive("team", importer.team.athlete_ids[0], io.BytesIO(content))
    assert not [path for path in (tmp_path / "landing").rglob("*") if path.is_file()]


def test_an_upload_for_an_athlete_who_is_not_enrolled_is_not_stored(importer: Importer, tmp_path: Path) -> None:
    with pytest.raises(ExportRejected, match="not enrolled"):
        receive("team", 99, io.BytesIO(pack(files())))
    with pytest.raises(PermanentError, match="There is no integration"):
        receive("other", importer.team.athlete_ids[0], io.BytesIO(pack(files())))
    assert not (tmp_path / "landing").exists()


def test_settled_files_are_found_and_recent_ones_wait(importer: Importer, tmp_path: Path) -> None:
    first, second = importer.team.athlete_ids
    drop(tmp_path, first, pack(files()))
    drop(tmp_path, second, b"PK half of", age=5)
    drop(tmp_path, "somebody", pack(files()))
    assert [(file.integration, file.athlete_id) for file in waiting()] == [("team", first)]


def test_a_rejected_file_of_the_drop_folder_is_deleted_and_does_not_stop_the_others(
    importer: Importer, tmp_path: Path
) -> None:
    first, second = importer.team.athlete_ids
    bad = drop(tmp_path, first, b"no zip")
    stranger = drop(tmp_path, 99, pack(files()))
    good = drop(tmp_path, second, pack(files()))
    validated = validate_exports({}, "run")
    assert [each.athlete_id for each in validated.imports] == [second]
    assert [text.split(":")[0] for text in validated.rejections] == [f"athlete {first} of team", "athlete 99 of team"]
    assert (bad.exists(), stranger.exists(), good.exists()) == (False, False, True)
    stage(validated.imports[0])
    assert not good.exists()


def test_a_run_whose_files_are_all_rejected_fails(importer: Importer, tmp_path: Path) -> None:
    drop(tmp_path, importer.team.athlete_ids[0], b"no zip")
    with pytest.raises(ExportRejected, match=r"1 export\(s\) rejected\. First: .*not a ZIP"):
        validate_exports({}, "run")
    assert validate_exports({}, "run").imports == []


@pytest.mark.parametrize(
    "file",
    [
        "{outside}",
        "file://{outside}",
        "local://{outside}",
        "file://{folder}/{own}/../{other}/theirs.zip",
        "file://{folder}/{own}/../../../../../outside.zip",
        "../{other}/theirs.zip",
        "file://{folder}/{other}/theirs.zip",
        "file://{folder}/{own}/link.zip",
        "link.zip",
        "file://{folder}/{own}/folder.zip",
        "folder.zip",
        "file://{folder}/{own}/",
        "..",
        ".",
        "missing.zip",
        "file://{folder}/{own}/missing.zip",
        "/etc/passwd",
        "file:///etc/passwd",
        "file:///nowhere/at/all.zip",
        "s3://bucket/export.zip",
        "https://127.0.0.1/export.zip",
        "nosuch://bucket/export.zip",
        "zip://export.csv::file://{outside}",
        "simplecache::file://{outside}",
        "mine.zip\0",
        "mine.zip\n",
        "x" * 5000,
    ],
)
def test_only_a_file_in_the_athlete_s_drop_folder_is_imported_and_any_other_is_refused_in_the_same_words(
    importer: Importer, tmp_path: Path, file: str
) -> None:
    own, other = importer.team.athlete_ids
    outside = tmp_path / "outside.zip"
    outside.write_bytes(pack(files()))
    folder = tmp_path / "landing" / "team" / "inbox" / "exports"
    for name in (f"{own}/mine.zip", f"{other}/theirs.zip"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_bytes(pack(files()))
    (folder / str(own) / "link.zip").symlink_to(outside)
    (folder / str(own) / "folder.zip").mkdir()
    kept = sorted(tmp_path.rglob("*.zip"))
    value = file.format(outside=outside, folder=folder, own=own, other=other)
    with pytest.raises(PermanentError) as refusal:
        validate_exports(conf("team", own, value), "run")
    assert str(refusal.value) == NO_FILE
    assert sorted(tmp_path.rglob("*.zip")) == kept
    for allowed in ("mine.zip", f"{folder}/{own}/mine.zip", f"file://{folder}/{own}/mine.zip"):
        (export,) = validate_exports(conf("team", own, allowed), "run").imports
        assert export.url == f"file://{folder}/{own}/mine.zip"


def test_links_and_folders_in_the_drop_folder_are_ignored(importer: Importer, tmp_path: Path) -> None:
    path = drop(tmp_path, importer.team.athlete_ids[0], pack(files()))
    outside = path.rename(tmp_path / "outside.zip")
    path.symlink_to(outside)
    path.with_name("folder.zip").mkdir()
    assert list(waiting()) == []
    assert outside.exists()


def test_exports_wait_while_the_integration_s_file_is_invalid(
    importer: Importer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = drop(tmp_path, importer.team.athlete_ids[0], pack(files()))
    valid = (tmp_path / "team.yaml").read_text()
    (tmp_path / "team.yaml").write_text("timezone: Europe/Londn")
    assert validate_exports({}, "run").imports == []
    assert path.exists()
    (tmp_path / "team.yaml").write_text(valid)
    assert len(validate_exports({}, "run").imports) == 1


def test_a_file_outside_the_drop_folder_is_never_deleted(importer: Importer, tmp_path: Path) -> None:
    outside = tmp_path / "kept.zip"
    outside.write_bytes(b"kept")
    discard((tmp_path / "landing" / "team" / "inbox" / "exports").as_uri() + "/../../../../kept.zip")
    assert outside.exists()


def test_a_file_is_kept_while_the_warehouse_is_unavailable(
    importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wearables.core.warehouse import warehouse

    path = drop(tmp_path, importer.team.athlete_ids[0], pack(files()))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://nobody@127.0.0.1:9/none")
    warehouse.cache_clear()
    with pytest.raises(WarehouseUnavailable, match="cannot be reached"):
        validate_exports({}, "run")
    assert path.exists()


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"integration": "team"}, "Missing parameters: athlete, file"),
        ({"integration": "team", "athlete": "x", "file": "file:///a.zip"}, "athlete must be a WHOOP user id"),
        ({"athletes": [1]}, "Unknown parameters: athletes. The parameters are integration, athlete, file"),
        ({"integration": "other", "athlete": 1, "file": "file:///a.zip"}, "There is no integration 'other'"),
        ({"integration": ["team"], "athlete": 1, "file": "file:///a.zip"}, "must be strings"),
    ],
)
def test_invalid_parameters_are_rejected(importer: Importer, parameters: dict, reason: str) -> None:
    with pytest.raises(PermanentError, match=reason):
        validate_exports(parameters, "run")
