"""The pages show the status of every integration, even with an invalid file, and escape every value."""

from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Visitor

NASTY = "<script>alert(1)</script>"


def test_an_invalid_file_shows_its_reason_and_does_not_affect_others(admin: Visitor, team: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("timezone: Atlantis\n")
    text = admin.get("/").text
    assert (
        "broken.yaml: timezone: &#34;Atlantis&#34; is not an IANA time zone. Use a name such as Europe/Berlin." in text
    )
    assert "<b>2</b> active" in text
    assert "is not an IANA time zone" in admin.get("/integrations/broken").text


def test_a_missing_connection_says_what_to_do(admin: Visitor, team: Any, tmp_path: Path) -> None:
    (tmp_path / "south.yaml").write_text("")
    assert "south is missing. Add a connection of type WHOOP with this name." in admin.get("/").text


def test_a_missing_pool_says_what_to_do_and_keeps_a_pull_from_starting(
    admin: Visitor, team: Any, tmp_path: Path
) -> None:
    (tmp_path / "team.yaml").write_text("pool: nope")
    sentence = "Airflow has no pool &#34;nope&#34;, which team uses. Create it with"
    for page in ("/", "/integrations/team", "/integrations/team/pull"):
        assert sentence in admin.get(page).text, page
    assert sentence in admin.act("/integrations/team/pull").text


def test_member_slots_budget_and_grants_are_counted(admin: Visitor, team: Any) -> None:
    team.rows("update vault.grants set state = 'reconnect' where athlete_id = %s returning 1", team.athlete_ids[0])
    text = admin.get("/integrations/team").text
    assert "<b>1</b> active" in text
    assert "<b>1</b> reconnect" in text
    assert "2 of 10" in text
    # Two token refreshes and two profiles.
    assert "4 of 1,000,000 per day" in text


def test_a_name_is_escaped(admin: Visitor, team: Any) -> None:
    team.rows("update ops.athletes set last_name = %s returning 1", NASTY)
    text = admin.get("/integrations/team/athletes").text
    assert NASTY not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("path", ["/integrations/nobody", "/integrations/nobody/log", "/integrations/..%2f..%2fetc"])
def test_a_page_that_does_not_exist_is_html(admin: Visitor, team: Any, path: str) -> None:
    answer = admin.get(path)
    assert answer.status_code == 404
    assert "text/html" in answer.headers["content-type"]


def test_validate_shows_whoop_s_answer(admin: Visitor, team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.factories import connect

    good = admin.act("/integrations/team/validate")
    assert f"{team.world.url} accepts the client id and secret; 2 of 2 grants are active." in good.text
    connect(monkeypatch, team.world.url, team.world.client_id, "a-wrong-one")
    bad = admin.act("/integrations/team/validate")
    assert "does not accept the client id and secret. Correct Client ID and Client secret" in bad.text
    assert "a-wrong-one" not in bad.text


def test_an_unreachable_warehouse_is_reported_in_one_sentence(
    admin: Visitor, team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wearables.core.warehouse import warehouse

    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://nobody@127.0.0.1:9/none")
    warehouse.cache_clear()
    answer = admin.get("/")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
