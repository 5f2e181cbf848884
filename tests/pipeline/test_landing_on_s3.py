"""The landing zone on S3: it behaves as on a disk, and several workers can share it."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from tests import fakes
from tests.pipeline.factories import land, lines, manifest
from wearables.athletes.offboarding import offboard
from wearables.core.errors import LandingUnavailable, PermanentError
from wearables.core.settings import landing_url
from wearables.pipeline.erasure import delete_landed
from wearables.pipeline.answer import Answer
from wearables.pipeline.landing import Landing
from wearables.pipeline.landing_check import check_writable
from wearables.pipeline.storage import _storage, file_system

PARTS = ("team", "run", "chunk", "1", "sleep")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with fakes.running() as url:
        yield url


@pytest.fixture(params=["the environment's keys", "a connection's keys"])
def zone(server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Configure an empty landing zone. Yield the server's URL."""
    bucket = fakes.client(server)
    for key in fakes.keys(server):
        bucket.delete_object(Bucket=fakes.BUCKET, Key=key)
    for name, value in fakes.settings(server).items():
        monkeypatch.setenv(name, value)
    if request.param == "a connection's keys":
        for name in (*fakes.CREDENTIALS, "AWS_ENDPOINT_URL_S3"):
            monkeypatch.delenv(name)
        where = quote(server, safe="")
        monkeypatch.setenv("AIRFLOW_CONN_STORE", f"aws://key:secret@?region_name=us-east-1&endpoint_url={where}")
        monkeypatch.setenv("WEARABLES_LANDING", f"s3://store@{fakes.BUCKET}/zone")
    yield server
    _storage.cache_clear()


def test_landed_records_are_read_back_line_by_line(zone: str) -> None:
    land(Landing.at(*PARTS), [b'{"id": 1}', b'{"id": 2}'])
    assert lines(Landing.at(*PARTS)) == [b'{"id": 1}', b'{"id": 2}']


def test_before_an_answer_is_complete_nothing_has_landed(zone: str) -> None:
    Answer().add(b"{}")
    assert Landing.at(*PARTS).manifest() is None


def test_rejected_records_are_read_back_and_deleted_with_their_owner(zone: str) -> None:
    landing = Landing.at(*PARTS)
    answer = Answer()
    for owner in (1, 2):
        answer.reject(b"{}", owner, "", "is not valid")
    landing.commit(answer, manifest(answer))
    assert [each["athlete_id"] for each in landing.rejects()] == [1, 2]
    assert delete_landed("team", 2) == 1
    assert [each["athlete_id"] for each in landing.rejects()] == [1]
    assert not [key for key in fakes.keys(zone) if "/2/" in key]


def test_files_landed_or_deleted_by_another_worker_are_seen_at_once(zone: str) -> None:
    storage, folder = file_system(Landing.at(*PARTS).url.rpartition("/")[0])
    land(Landing.at(*PARTS), [b"{}"])
    assert len(storage.ls(folder)) == 1
    found = Landing.at(*PARTS).manifest()
    assert found is not None
    other = fakes.client(zone)
    (key,) = fakes.keys(zone)
    copy = other.get_object(Bucket=fakes.BUCKET, Key=key)["Body"].read()
    other.put_object(Bucket=fakes.BUCKET, Key=key.replace("sleep", "cycle"), Body=copy)
    assert Landing.at(*PARTS[:-1], "cycle").manifest() == found
    assert len(storage.ls(folder)) == 2
    other.delete_object(Bucket=fakes.BUCKET, Key=key)
    assert Landing.at(*PARTS).manifest() is None


def test_a_missing_bucket_is_not_created(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_LANDING", "s3://misspelt/zone")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", zone)
    for name, value in fakes.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FileNotFoundError):
        land(Landing.at(*PARTS), [b"{}"])
    assert [each["Name"] for each in fakes.client(zone).list_buckets()["Buckets"]] == [fakes.BUCKET]


def test_a_pull_through_s3_has_the_expected_metrics_and_an_erasure_deletes_its_files(
    zone: str, make_team: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = landing_url()
    team = make_team()
    monkeypatch.setenv("WEARABLES_LANDING", url)
    team.pull(**team.all_days())
    assert team.metrics() == team.expected_metrics()
    erased, kept = (f"/{athlete_id}/" for athlete_id in team.athlete_ids)
    assert any(erased in key for key in fakes.keys(zone))
    offboard("team", team.athlete_ids[0], erase=True)
    assert not any(erased in key for key in fakes.keys(zone))
    assert any(kept in key for key in fakes.keys(zone))


def test_a_writable_bucket_stays_empty_and_a_missing_bucket_is_a_permanent_error(
    zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_writable("team")
    assert fakes.keys(zone) == []
    monkeypatch.setenv("WEARABLES_LANDING", landing_url().replace(fakes.BUCKET, "no-such-bucket"))
    with pytest.raises(PermanentError, match="The landing zone cannot be written"):
        check_writable("team")


def test_an_unreachable_store_is_retried(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where = quote("http://127.0.0.1:9", safe="")
    monkeypatch.setenv("AIRFLOW_CONN_GONE", f"aws://key:secret@?region_name=us-east-1&endpoint_url={where}")
    monkeypatch.setenv("WEARABLES_LANDING", f"s3://gone@{fakes.BUCKET}/zone")
    with pytest.raises(LandingUnavailable, match="The landing zone failed"):
        check_writable("team")
