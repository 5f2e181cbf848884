"""The landing zone on a real S3 server: as on a disk, and shared by processes that do not know of each other."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from tests import fakes
from tests.pipeline.test_landing import land
from wearables.athletes.offboarding import offboard
from wearables.core.settings import landing_url
from wearables.pipeline.landing import Landing, _storage, located

PLACE = ("team", "run", "chunk", "1", "sleep")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with fakes.running() as url:
        yield url


@pytest.fixture(params=["the environment's keys", "a connection's keys"])
def zone(server: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty landing zone; returns the server's address."""
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


def test_what_landed_is_read_back_line_by_line(zone: str) -> None:
    land(Landing.at(*PLACE), [b'{"id": 1}', b'{"id": 2}'])
    landing = Landing.at(*PLACE)
    assert list(landing.lines(landing.manifest())) == [b'{"id": 1}\n', b'{"id": 2}\n']


def test_without_a_manifest_nothing_has_landed(zone: str) -> None:
    land(Landing.at(*PLACE), [b"{}"])
    with Landing.at(*PLACE).writer() as writer:
        writer.write(b"{}")
    assert Landing.at(*PLACE).manifest() is None


def test_a_writer_that_breaks_off_leaves_nothing_that_counts(zone: str) -> None:
    with pytest.raises(RuntimeError), Landing.at(*PLACE).writer() as writer:
        writer.write(b"{}")
        raise RuntimeError
    assert Landing.at(*PLACE).manifest() is None


def test_what_another_worker_lands_or_takes_away_shows_at_once(zone: str) -> None:
    storage, folder = located(Landing.at(*PLACE).url.rpartition("/")[0])
    land(Landing.at(*PLACE), [b"{}"])
    assert len(storage.ls(folder)) == 2
    mine = Landing.at(*PLACE).manifest()
    assert mine is not None
    other = fakes.client(zone)
    found = {key.rpartition(".")[2]: key for key in fakes.keys(zone)}
    for key in found.values():
        copy = other.get_object(Bucket=fakes.BUCKET, Key=key)["Body"].read()
        other.put_object(Bucket=fakes.BUCKET, Key=key.replace("sleep", "cycle"), Body=copy)
    assert Landing.at(*PLACE[:-1], "cycle").manifest() == mine
    assert len(storage.ls(folder)) == 4
    other.delete_object(Bucket=fakes.BUCKET, Key=found["json"])
    assert Landing.at(*PLACE).manifest() is None


def test_a_bucket_that_does_not_exist_is_not_made(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_LANDING", "s3://misspelt/zone")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", zone)
    for name, value in fakes.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FileNotFoundError):
        land(Landing.at(*PLACE), [b"{}"])
    assert [each["Name"] for each in fakes.client(zone).list_buckets()["Buckets"]] == [fakes.BUCKET]


def test_a_pull_through_it_holds_the_truth_and_an_erasure_empties_it(
    zone: str, team: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = landing_url()
    squad = team()
    monkeypatch.setenv("WEARABLES_LANDING", url)
    squad.pull(**squad.all_days())
    assert squad.metrics() == squad.truth()
    gone, stays = (f"/{athlete_id}/" for athlete_id in squad.athlete_ids)
    assert any(gone in key for key in fakes.keys(zone))
    offboard("team", squad.athlete_ids[0], erase=True)
    assert not any(gone in key for key in fakes.keys(zone))
    assert any(stays in key for key in fakes.keys(zone))
