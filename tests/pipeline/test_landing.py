"""The landing zone: an answer counts only when it is complete."""

import json
import random
import secrets
import shutil
from pathlib import Path

import pytest

from tests.pipeline.factories import land, manifest
from wearables.core.errors import LandingUnavailable, PermanentError
from wearables.pipeline.landing import Landing


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Landing:
    monkeypatch.setenv("WEARABLES_LANDING", (tmp_path / "landing").as_uri())
    return Landing.at("team", "run", "chunk", "1", "sleep")


def test_landed_records_are_read_back_line_by_line(landing: Landing) -> None:
    land(landing, [b'{"id": 1}', '{"name": "Zoë\u2028"}'.encode()])
    assert list(landing.lines(landing.manifest())) == [b'{"id": 1}\n', '{"name": "Zoë\u2028"}\n'.encode()]


def test_an_empty_answer_lands_too(landing: Landing) -> None:
    land(landing, [])
    assert list(landing.lines(landing.manifest())) == []
    assert landing.manifest() is not None


def test_without_a_manifest_nothing_has_landed(landing: Landing) -> None:
    with landing.writer() as writer:
        writer.write(b"{}")
    assert landing.manifest() is None


def test_a_truncated_manifest_is_ignored(landing: Landing, tmp_path: Path) -> None:
    land(landing, [b"{}"])
    path = next(tmp_path.rglob("*.manifest.json"))
    path.write_bytes(path.read_bytes()[:40])
    assert landing.manifest() is None


def test_writing_again_first_deletes_the_old_manifest(landing: Landing) -> None:
    land(landing, [b"{}"])
    with pytest.raises(ConnectionError), landing.writer():
        raise ConnectionError
    assert landing.manifest() is None


def test_a_file_that_differs_from_its_manifest_is_rejected(landing: Landing) -> None:
    land(landing, [b'{"id": 1}'])
    before = landing.manifest()
    with landing.writer() as writer:
        writer.write(b'{"id": 2}')
    assert before is not None
    landing.commit(before)
    with pytest.raises(PermanentError, match="has changed since it landed"):
        list(landing.lines(landing.manifest()))


def test_a_rejected_record_is_kept_with_its_reason(landing: Landing) -> None:
    with landing.writer() as writer:
        writer.reject(b'{"id": "\xff"}', 1, "5", "is not JSON")
    landing.commit(manifest(writer))
    rejected = {"athlete_id": 1, "record_id": "5", "reason": "is not JSON", "payload": '{"id": "\\xff"}'}
    assert list(landing.rejects()) == [rejected]


def test_a_rejected_record_is_stored_in_the_folder_of_its_owner_and_names_nobody_else(
    landing: Landing, tmp_path: Path
) -> None:
    with landing.writer() as writer:
        writer.reject(b"{}", 2, "", "was in the answer for another athlete")
    landing.commit(manifest(writer))
    assert [each["athlete_id"] for each in landing.rejects()] == [2]
    (path,) = tmp_path.rglob("*.rejected.ndjson.gz")
    assert (path.parent.name, "1" in path.name.split(".")) == ("2", False)
    shutil.rmtree(path.parent)
    assert list(landing.rejects()) == []


def test_records_rejected_by_an_attempt_that_was_killed_do_not_count(landing: Landing) -> None:
    with landing.writer() as writer:
        writer.reject(b"1", 2, "", "is not an object")
    with landing.writer() as writer:
        writer.reject(b"2", 1, "", "is not an object")
    landing.commit(manifest(writer))
    assert [each["payload"] for each in landing.rejects()] == ["2"]


def test_of_a_huge_rejected_record_only_the_start_is_kept(landing: Landing) -> None:
    with landing.writer() as writer:
        writer.reject(b"x" * 3_000_000, 1, "", "is larger than 16 MiB")
    landing.commit(manifest(writer))
    assert [len(each["payload"]) for each in landing.rejects()] == [1024**2]


def test_the_manifest_is_plain_json(landing: Landing, tmp_path: Path) -> None:
    land(landing, [b"{}"])
    content = json.loads(next(tmp_path.rglob("*.manifest.json")).read_text())
    assert (content["records"], content["pages"], len(content["sha256"])) == (1, 1, 64)


@pytest.mark.parametrize("records", [1, 30], ids=["a small answer", "a large answer"])
def test_a_full_disk_makes_the_landing_zone_unavailable(landing: Landing, tmp_path: Path, records: int) -> None:
    land(landing, [])
    fill_disk(tmp_path / "landing" / "team" / "run" / "chunk" / "1" / "sleep.ndjson.gz")
    with pytest.raises(LandingUnavailable, match="No space left"), landing.writer() as writer:
        for number in range(records):
            writer.write(random.Random(number).randbytes(40_000).hex().encode())


def test_a_full_disk_is_noticed_when_rejected_records_are_written(
    landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda size: "attempt")
    land(landing, [])
    fill_disk(tmp_path / "landing" / "team" / "run" / "chunk" / "1" / "sleep.attempt.rejected.ndjson.gz")
    with pytest.raises(LandingUnavailable, match="No space left"), landing.writer() as writer:
        writer.reject(b"x", 1, "1", "is not JSON")


def fill_disk(path: Path) -> None:
    path.unlink(missing_ok=True)
    # Writing to this device fails as if the disk were full.
    path.symlink_to("/dev/full")
