"""Readers see, editors act, everybody else gets nothing; and no action without the token of a page."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import Request

from tests.web.conftest import Visitor

READING = [
    "/",
    "/integrations/team",
    "/integrations/team/pull",
    "/integrations/team/athletes",
    "/integrations/team/log",
    "/integrations/team/board",
    "/integrations/team/athletes/{athlete}",
    "/dictionary",
]
CHOOSING = "/board"  # leads to another page
PULLING = ["/integrations/team/downloads", "/integrations/team/downloads/rows"]
# Pictures of an athlete's page, and files that are everybody's.
PARTS = ["/integrations/team/athletes/{athlete}/charts/{name}.svg", "/static/{name}"]
EDITING = ["/create", "/integrations/team/athletes/{athlete}/offboard", "/integrations/team/import"]
ACTIONS = {
    "/create": "admin",
    "/integrations/team/validate": "admin",
    "/integrations/team/pull": "user",
    "/integrations/team/athletes/invite": "admin",
    "/integrations/team/athletes/{athlete}/offboard": "admin",
    "/integrations/team/import": "admin",
}


def filled(path: str, squad: Any) -> str:
    return path.replace("{athlete}", str(squad.athlete_ids[0]))


def test_an_anonymous_visitor_is_asked_to_sign_in_whatever_they_try(signed_in: Any, squad: Any) -> None:
    visitor = signed_in(None)
    for path in [CHOOSING, *READING, *PULLING, *EDITING, *PARTS, "/static/pages.css", "/static/nothing"]:
        answer = visitor.get(filled(path, squad))
        assert (answer.status_code, "team" in answer.text) == (401, False), path
    for path in ACTIONS:
        assert visitor.post(filled(path, squad)).status_code == 401, path


def test_every_action_there_is_is_in_this_file() -> None:
    from wearables.web.app import app

    assert _addresses(app, acting=True) == set(ACTIONS)


def test_every_page_there_is_is_in_this_file() -> None:
    from wearables.web.app import app

    assert _addresses(app, acting=False) == {CHOOSING, *READING, *PULLING, *EDITING, *PARTS}


def _addresses(app: Any, *, acting: bool) -> set[str]:
    looking = {"GET", "HEAD"}
    paths = {route.path for route in app.routes if (route.methods - looking if acting else route.methods & looking)}
    return {path.replace("{dag_id}", "team").replace("{athlete_id}", "{athlete}") for path in paths}


def test_a_viewer_sees_everything_but_buttons_and_names(signed_in: Any, squad: Any) -> None:
    viewer = signed_in("viewer")
    for path in READING:
        answer = viewer.get(filled(path, squad))
        assert answer.status_code == 200, path
        for words in ("Pull now</button>", "Validate", "Invite", "Offboard", "Create", "Avery", "Downloads"):
            assert words not in answer.text, (path, words)
    assert str(squad.athlete_ids[0]) in viewer.get("/integrations/team/athletes").text


@pytest.mark.parametrize("role", ["viewer", "user"])
def test_who_may_not_act_is_refused_even_with_a_token(
    signed_in: Callable[[str], Visitor], squad: Any, role: str
) -> None:
    visitor = signed_in(role)
    squad.world.requests.clear()
    for path in [*EDITING, *(PULLING if role == "viewer" else [])]:
        assert visitor.get(filled(path, squad)).status_code == 403, path
    for path, needed in ACTIONS.items():
        if role == "viewer" or needed == "admin":
            answer = visitor.act(filled(path, squad), page="/integrations/team/pull")
            assert answer.status_code == 403, path
    assert squad.world.requests == []


def test_who_may_trigger_a_dag_may_pull(signed_in: Callable[[str], Visitor], squad: Any) -> None:
    page = "/integrations/team/pull"
    answer = signed_in("user").act(page, page=page, period="dates")
    # Let in, and then refused for want of the days.
    assert (answer.status_code, "Choose both days." in answer.text) == (409, True)


@pytest.mark.parametrize("token", ["", "0" * 64, "another user's"])
def test_no_action_happens_without_the_token_of_a_page(
    signed_in: Callable[[str], Visitor], squad: Any, token: str
) -> None:
    visitor = signed_in("admin")
    visitor.get("/")
    if token == "another user's":
        from wearables.web.guard import NONCE_COOKIE, csrf_token

        token = csrf_token("somebody", visitor.cookies[NONCE_COOKIE])
    squad.world.requests.clear()
    for path in ACTIONS:
        answer = visitor.post(filled(path, squad), data={"csrf": token})
        assert (answer.status_code, "reload the page" in answer.text) == (403, True), path
    assert squad.world.requests == []
    assert squad.rows("select count(*) from vault.grants") == [(2,)]


def test_every_answer_forbids_foreign_scripts_frames_and_forms(signed_in: Callable[[str], Visitor], squad: Any) -> None:
    visitor = signed_in("admin")
    for path in [*READING, "/integrations/nobody", "/static/pages.js"]:
        headers = visitor.get(filled(path, squad)).headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert "frame-ancestors 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
    for path in READING:
        text = visitor.get(filled(path, squad)).text
        assert "<script>" not in text and "style=" not in text and " onclick" not in text, path


@pytest.mark.parametrize("name", ["//evil.example", "https://evil.example", "..", "a/../../b", "\\\\evil.example"])
def test_a_redirect_stays_below_our_own_root(name: str) -> None:
    from wearables.web.rendering import go_to

    request = Request({"type": "http", "root_path": "/wearables", "headers": []})
    place = go_to(request, "integrations", name, "log", run="//evil.example").headers["location"]
    assert place.startswith("/wearables/integrations/")
    assert place.partition("?")[0].count("/") == 4
