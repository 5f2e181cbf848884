"""Pull now shows a preview, starts a run on behalf of the user, and the pull log shows its progress."""

from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.web.conftest import Visitor


@pytest.fixture
def pulled(make_team: Callable[..., Any], run_dag: Callable[..., Any]) -> Iterator[Any]:
    """A team of two whose DAG has completed one run. Its runs are deleted after the test."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import delete

    team = make_team(athletes=2, days=5)
    assert run_dag(**team.all_days())["run"] == "success"
    yield team
    with create_session() as session:
        session.execute(delete(DagRun).where(DagRun.dag_id == "team"))


def runs() -> list[Any]:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return list(session.scalars(select(DagRun).where(DagRun.dag_id == "team").order_by(DagRun.id)))


@pytest.mark.dag
def test_the_preview_shows_what_a_pull_takes(admin: Visitor, pulled: Any) -> None:
    # Two token refreshes, one check of the app, and one page per collection and athlete.
    assert "about <b>11</b> requests" in admin.get("/integrations/team/pull").text
    dates = {"period": "dates", "start_date": "2026-01-01", "end_date": "2026-03-01", "part": "preview"}
    assert "3 chunks for 2 athletes" in admin.get("/integrations/team/pull", params=dates).text
    wrong = admin.get("/integrations/team/pull", params=dates | {"end_date": "2025-01-01"}).text
    assert "end_date 2025-01-01 is before start_date 2026-01-01. Swap the dates." in wrong
    assert (
        "Choose a first and a last day." in admin.get("/integrations/team/pull", params=dates | {"end_date": ""}).text
    )


@pytest.mark.dag
def test_a_run_starts_on_behalf_of_the_user_and_its_log_is_shown(admin: Visitor, pulled: Any) -> None:
    dates = {"period": "dates", "start_date": "2026-01-01", "end_date": "2026-01-03"}
    before = len(runs())
    page = "/integrations/team/pull"
    refused = admin.act(page, page=page, **dates | {"start_date": "tomorrow"})
    assert (refused.status_code, len(runs())) == (409, before)
    assert "is not a valid date" in unescape(refused.text)
    started = admin.act(page, page=page, **dates)
    assert started.status_code == 303
    place = urlsplit(started.headers["location"])
    newest = runs()[-1]
    assert (place.path, parse_qs(place.query)["run"]) == ("/integrations/team/log", [newest.run_id])
    assert newest.conf == {"start_date": "2026-01-01", "end_date": "2026-01-03"}
    assert newest.triggering_user_name == "admin"
    log = admin.get(started.headers["location"]).text
    assert 'data-live="' in log
    assert "The pull is queued." in log


@pytest.mark.dag
def test_the_pull_log_has_counts_but_no_health_data(admin: Visitor, pulled: Any) -> None:
    done = runs()[-1]
    text = admin.get(f"/integrations/team/log?run={done.run_id.replace('+', '%2B')}&part=log").text
    records = pulled.rows("select sum(records) from ops.slices")[0][0]
    assert f"{records} records" in text
    assert "8 of 8 landed, 8 staged" in text
    assert all(str(athlete_id) in text for athlete_id in pulled.athlete_ids)
    for word in ("Avery", "Ashdown", "bearer", "hrv"):
        assert word not in text
    assert "data-live" not in text
    assert "/dags/team/runs/" in text


@pytest.mark.dag
def test_a_paused_dag_does_not_start_a_run(admin: Visitor, pulled: Any) -> None:
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session
    from sqlalchemy import update

    def pause(is_paused: bool) -> None:
        with create_session() as session:
            session.execute(update(DagModel).where(DagModel.dag_id == "team").values(is_paused=is_paused))

    pause(True)
    try:
        before = len(runs())
        answer = admin.act("/integrations/team/pull", page="/integrations/team/pull")
        assert (answer.status_code, len(runs())) == (409, before)
        assert "The DAG team is paused. Unpause it in Airflow first." in answer.text
        assert "paused in Airflow" in admin.get("/").text
    finally:
        pause(False)
