"""Viewers read, editors act, anonymous visitors see nothing, and every action requires a CSRF token."""

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
CHOOSING = "/board"  # redirects to the only board
PULLING = ["/integrations/team/downloads", "/integrations/team/downloads/rows"]
# Charts of an athlete's page, and static files.
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


def filled(path: str, team: Any) -> str:
    return path.replace("{athlete}", str(team.athlete_ids[0]))


def test_an_anonymous_visitor_must_sign_in_for_everything(signed_in: Any, team: Any) -> None:
    visitor = signed_in(None)
    for path in [CHOOSING, *READING, *PULLING, *EDITING, *PARTS, "/static/pages.css", "/static/nothing"]:
        answer = visitor.get(filled(path, team))
        assert (answer.status_code, "team" in answer.text) == (401, False), path
    for path in ACTIONS:
        assert visitor.post(filled(path, team)).status_code == 401, path


def test_this_file_lists_every_action() -> None:
    from wearables.web.app import app

    assert _addresses(app, acting=True) == set(ACTIONS)


def test_this_file_lists_every_page() -> None:
    from wearables.web.app import app

    assert _addresses(app, acting=False) == {CHOOSING, *READING, *PULLING, *EDITING, *PARTS}


def _addresses(app: Any, *, acting: bool) -> set[str]:
    looking = {"GET", "HEAD"}
    paths = {route.path for route in app.routes if (route.methods - looking if acting else route.methods & looking)}
    return {path.replace("{dag_id}", "team").replace("{athlete_id}", "{athlete}") for path in paths}


def test_a_viewer_sees_every_page_without_buttons_and_names(signed_in: Any, team: Any) -> None:
    viewer = signed_in("viewer")
    for path in READING:
        answer = viewer.get(filled(path, team))
        assert answer.status_code == 200, path
        for words in ("Pull now</button>", "Validate", "Invite", "Offboard", "Create", "Avery", "Downloads"):
            assert words not in answer.text, (path, words)
    assert str(team.athlete_ids[0]) in viewer.get("/integrations/team/athletes").text


@pytest.mark.parametrize("role", ["viewer", "user"])
def test_a_token_does_not_replace_the_right_to_act(signed_in: Callable[[str], Visitor], team: Any, role: str) -> None:
    visitor = signed_in(role)
    team.world.requests.clear()
    for path in [*EDITING, *(PULLING if role == "viewer" else [])]:
        assert visitor.get(filled(path, team)).status_code == 403, path
    for path, needed in ACTIONS.items():
        if role == "viewer" or needed == "admin":
            answer = visitor.act(filled(path, team), page="/integrations/team/pull")
            assert answer.status_code == 403, path
    assert team.world.requests == []


def test_a_user_who_may_trigger_the_dag_may_pull(signed_in: Callable[[str], Visitor], team: Any) -> None:
    page = "/integrations/team/pull"
    answer = signed_in("user").act(page, page=page, period="dates")
    # The user is authorised, then the missing days are rejected.
    assert (answer.status_code, "Choose a first and a last day." in answer.text) == (409, True)


@pytest.mark.parametrize("token", ["", "0" * 64, "another user's"])
def test_no_action_works_without_a_valid_csrf_token(signed_in: Callable[[str], Visitor], team: Any, token: str) -> None:
    visitor = signed_in("admin")
    visitor.get("/")
    if token == "another user's":
        from wearables.core.signing import form_token
        from wearables.web.guard import BROWSER_COOKIE, PAGES

        token = form_token(PAGES, visitor.cookies[BROWSER_COOKIE], "somebody")
    team.world.requests.clear()
    for path in ACTIONS:
        answer = visitor.post(filled(path, team), data={"csrf": token})
        assert (answer.status_code, "Reload the page" in answer.text) == (403, True), path
    assert team.world.requests == []
    assert team.rows("select count(*) from vault.grants") == [(2,)]


def test_every_response_forbids_scripts_and_frames_of_other_sites(
    signed_in: Callable[[str], Visitor], team: Any
) -> None:
    visitor = signed_in("admin")
    for path in [*READING, "/integrations/nobody", "/static/pages.js"]:
        headers = visitor.get(filled(path, team)).headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert "frame-ancestors 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
    for path in READING:
        text = visitor.get(filled(path, team)).text
        assert "<script>" not in text and "style=" not in text and " onclick" not in text, path


@pytest.mark.parametrize("name", ["//evil.example", "https://evil.example", "..", "a/../../b", "\\\\evil.example"])
def test_a_redirect_stays_below_our_own_root(name: str) -> None:
    from wearables.web.rendering import redirect_to

    request = Request({"type": "http", "root_path": "/wearables", "headers": []})
    place = redirect_to(request, "integrations", name, "log", run="//evil.example").headers["location"]
    assert place.startswith("/wearables/integrations/")
    assert place.partition("?")[0].count("/") == 4
