"""Import an export in the web UI: it is rejected with the reason, or stored, imported and followed."""

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.web.conftest import Visitor
from wearables.whoop_export.archive import MAX_ARCHIVE_BYTES
from wearables_dev.sandbox.export import export

PAGE = "/integrations/team/import"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def exports_dag(airflow_database: None, team: Any) -> Iterator[Any]:
    """Airflow has parsed the import DAG. Its runs are deleted after the test."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    def fresh() -> Any:
        return DagBag(str(ROOT / "dags"), bundle_path=ROOT / "dags", bundle_name="dags-folder").get_dag("whoop_export")

    # A run without a waiting export makes Airflow store the DAG.
    fresh().test(logical_date=None)
    yield fresh
    with create_session() as session:
        session.execute(delete(DagRun).where(DagRun.dag_id == "whoop_export"))


def upload(visitor: Visitor, athlete_id: int, content: bytes, name: str = "../../my export.zip") -> Any:
    token = re.search(r'name="csrf" value="([^"]+)"', visitor.get(PAGE).text)
    assert token
    fields = {"csrf": token.group(1), "athlete_id": str(athlete_id)}
    return visitor.post(PAGE, data=fields, files={"file": (name, content)}, follow_redirects=False)


@pytest.mark.dag
def test_a_file_that_is_not_a_zip_is_rejected_and_not_kept(
    admin: Visitor, team: Any, exports_dag: Callable[[], Any], tmp_path: Path
) -> None:
    answer = upload(admin, team.athlete_ids[0], b"a letter")
    assert (answer.status_code, "The file is not a ZIP" in unescape(answer.text)) == (409, True)
    stranger = upload(admin, 1, b"PK")
    assert stranger.status_code == 409
    assert not list((tmp_path / "landing").rglob("*.zip"))


@pytest.mark.dag
def test_an_export_is_stored_under_a_generated_name_imported_and_followed(
    admin: Visitor, team: Any, exports_dag: Callable[[], Any], tmp_path: Path
) -> None:
    athlete_id = team.athlete_ids[0]
    started = upload(admin, athlete_id, export(team.world, athlete_id))
    assert started.status_code == 303
    place = urlsplit(started.headers["location"])
    run_id = parse_qs(place.query)["run"][0]
    (stored,) = (tmp_path / "landing").rglob("*.zip")
    assert re.fullmatch(r"[0-9a-f-]{36}\.zip", stored.name)
    followed = admin.get(started.headers["location"]).text
    assert "The import is queued." in followed
    assert 'data-live="' in followed
    assert unquote(run_id) in unquote(unescape(followed))

    from wearables.whoop_export.inbox import conf

    url = f"file://{stored}"
    assert exports_dag().test(run_conf=conf("team", athlete_id, url), logical_date=None).state == "success"
    listed = admin.get(PAGE).text
    assert str(athlete_id) in listed
    assert 'class="chip complete"' in listed
    assert not stored.exists()


def test_a_body_that_is_too_large_is_rejected_before_it_is_read(admin: Visitor) -> None:
    answer = admin.post(PAGE, content=b"", headers={"Content-Length": str(MAX_ARCHIVE_BYTES * 2)})
    assert (answer.status_code, "larger than" in answer.text) == (413, True)


@pytest.mark.parametrize("role", [None, "viewer", "admin"])
def test_a_body_without_content_length_is_never_read(signed_in: Callable[[str | None], Visitor], role: Any) -> None:
    blocks = (b"x" * 1024 for _ in range(1000))
    answer = signed_in(role).post(PAGE, content=blocks, headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 411
    assert "has no Content-Length" in answer.text


def test_an_invalid_content_length_is_rejected(admin: Visitor) -> None:
    assert admin.post(PAGE, content=b"", headers={"Content-Length": "many"}).status_code == 400
