"""The landing zone: an answer counts only when it is complete."""

import gzip
import hashlib
import json
import random
import secrets
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import REPRODUCIBLE
from tests.pipeline.factories import land, lines, manifest
from wearables.core.errors import LandingUnavailable, PermanentError
from wearables.pipeline.answer import Answer
from wearables.pipeline.landing import Landing


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Landing:
    monkeypatch.setenv("WEARABLES_LANDING", (tmp_path / "landing").as_uri())
    return Landing.at("team", "run", "chunk", "1", "sleep")


def test_landed_records_are_read_back_line_by_line(landing: Landing) -> None:
    land(landing, [b'{"id": 1}', '{"name": "Zoë\u2028"}'.encode()])
    assert lines(landing) == [b'{"id": 1}', '{"name": "Zoë\u2028"}'.encode()]


@REPRODUCIBLE
@given(sizes=st.lists(st.integers(1, 400_000), max_size=12))
def test_an_answer_of_any_size_is_read_back_whole(landing: Landing, sizes: list[int]) -> None:
    records = [random.Random(size).randbytes((size + 1) // 2).hex().encode()[:size] for size in sizes]
    land(landing, records)
    assert lines(landing) == records


def test_an_empty_answer_lands_too(landing: Landing) -> None:
    land(landing, [])
    assert lines(landing) == []
    assert landing.manifest() is not None


def test_before_an_answer_is_complete_nothing_has_landed(landing: Landing, tmp_path: Path) -> None:
    Answer().add(b"{}")
    assert landing.manifest() is None
    assert list(tmp_path.rglob("*.gz")) == []


@pytest.mark.parametrize("records", [1, 40])
def test_a_truncated_file_has_not_landed(landing: Landing, tmp_path: Path, records: int) -> None:
    land(landing, [random.Random(number).randbytes(40_000).hex().encode() for number in range(records)])
    (path,) = tmp_path.rglob("*.gz")
    complete = path.read_bytes()
    manifest_begins = complete.rindex(b"\x1f\x8b\x08")
    for size in (0, 1, 40, manifest_begins, manifest_begins + 1, len(complete) - 1):
        path.write_bytes(complete[:size])
        assert landing.manifest() is None
        with pytest.raises(PermanentError, match="has changed since it landed"):
            lines(landing)


def test_a_record_that_looks_like_a_manifest_is_a_record(landing: Landing, tmp_path: Path) -> None:
    land(landing, [b'{"id": 1}'])
    (path,) = tmp_path.rglob("*.gz")
    last = gzip.decompress(path.read_bytes()).splitlines()[-1]
    record = last[:-1] + b', "id": 2}'
    path.write_bytes(gzip.compress(b'{"id": 1}\n' + record + b"\n"))
    assert landing.manifest() is None
    land(landing, [record])
    assert lines(landing) == [record]


def test_an_attempt_that_fails_leaves_an_earlier_answer_as_it_was(landing: Landing) -> None:
    land(landing, [b"{}"])
    Answer().add(b'{"id": 2}')
    assert lines(landing) == [b"{}"]


def test_a_file_that_differs_from_its_manifest_is_rejected(landing: Landing, tmp_path: Path) -> None:
    land(landing, [b'{"id": 1}'])
    (path,) = tmp_path.rglob("*.gz")
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b'"id": 1', b'"id": 2')))
    with pytest.raises(PermanentError, match="has changed since it landed"):
        lines(landing)


def test_a_rejected_record_is_kept_with_its_reason(landing: Landing) -> None:
    land_rejected(landing, b'{"id": "\xff"}', 1, "5", "is not JSON")
    rejected = {"athlete_id": 1, "record_id": "5", "reason": "is not JSON", "payload": '{"id": "\\xff"}'}
    assert list(landing.rejects()) == [rejected]


def test_a_rejected_record_is_stored_in_the_folder_of_its_owner_and_names_nobody_else(
    landing: Landing, tmp_path: Path
) -> None:
    land_rejected(landing, b"{}", 2, "", "was in the answer for another athlete")
    assert [each["athlete_id"] for each in landing.rejects()] == [2]
    (path,) = tmp_path.rglob("*.rejected.ndjson.gz")
    assert (path.parent.name, "1" in path.name.split(".")) == ("2", False)
    shutil.rmtree(path.parent)
    assert list(landing.rejects()) == []


def test_records_rejected_by_an_earlier_attempt_do_not_count(landing: Landing) -> None:
    land_rejected(landing, b"1", 2, "", "is not an object")
    land_rejected(landing, b"2", 1, "", "is not an object")
    assert [each["payload"] for each in landing.rejects()] == ["2"]


def test_of_a_huge_rejected_record_only_the_start_is_kept(landing: Landing) -> None:
    land_rejected(landing, b"x" * 3_000_000, 1, "", "is larger than 16 MiB")
    assert [len(each["payload"]) for each in landing.rejects()] == [1024**2]


def test_any_program_that_reads_gzip_and_json_can_read_a_file(landing: Landing, tmp_path: Path) -> None:
    land(landing, [b'{"id": 1}'])
    (path,) = tmp_path.rglob("*.gz")
    record, last = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    assert (record, list(last)) == ({"id": 1}, ["manifest", "sha256", "attempt"])
    assert (last["manifest"]["records"], last["sha256"]) == (1, hashlib.sha256(b'{"id": 1}\n').hexdigest())


@pytest.mark.parametrize("records", [1, 200], ids=["a small answer", "a large answer"])
def test_a_full_disk_makes_the_landing_zone_unavailable(landing: Landing, tmp_path: Path, records: int) -> None:
    land(landing, [])
    fill_disk(tmp_path / "landing" / "team" / "run" / "chunk" / "1" / "sleep.ndjson.gz")
    with pytest.raises(LandingUnavailable, match="No space left"):
        land(landing, [random.Random(number).randbytes(40_000).hex().encode() for number in range(records)])


def test_a_full_disk_is_noticed_when_rejected_records_are_written(
    landing: Landing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda size: "attempt")
    land(landing, [])
    fill_disk(tmp_path / "landing" / "team" / "run" / "chunk" / "1" / "sleep.attempt.rejected.ndjson.gz")
    with pytest.raises(LandingUnavailable, match="No space left"):
        land_rejected(landing, b"x", 1, "1", "is not JSON")


def land_rejected(landing: Landing, record: bytes, owner: int, record_id: str, reason: str) -> None:
    answer = Answer()
    answer.reject(record, owner, record_id, reason)
    landing.commit(answer, manifest(answer))


def fill_disk(path: Path) -> None:
    path.unlink(missing_ok=True)
    # Writing to this device fails as if the disk were full.
    path.symlink_to("/dev/full")
