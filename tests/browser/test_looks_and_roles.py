"""What others see: a pull that failed, a viewer, an anonymous visitor; narrow and wide, light and dark."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.stack import Stack
from tests.browser.steps import (
    WIDTH,
    Picture,
    consent,
    create,
    frame,
    invite,
    new_page,
    open_page,
    pull_the_previous_day,
)
from wearables.sandbox import World
from wearables.sandbox import running as sandbox_running

NASTY = "<script>document.title = 'owned'</script>"
NARROW = 400
GROUND_LIGHT, GROUND_DARK = "rgb(255, 255, 255)", "oklch(0.23185 0.0323 266.44)"  # Airflow's own
PAGES = ["", "create", *(f"integrations/south{each}" for each in ("", "/athletes", "/pull", "/log"))]


@dataclass(frozen=True)
class South:
    """An integration whose only athlete, of an odd name, withdrew consent before the first pull."""

    athlete_id: int
    world: World


@pytest.fixture(scope="module")
def south(stack: Stack, chromium: Browser) -> Iterator[South]:
    with sandbox_running(World(athletes=1, days=3)) as world:
        athlete_id = min(world.squad)
        world.squad[athlete_id].last_name = NASTY
        page, athlete = (new_page(chromium, stack.url, user, WIDTH, "light") for user in ("admin", None))
        ours = create(page, world, "south")
        consent(athlete, invite(ours), athlete_id, lambda page, name: None)
        world.revoke(athlete_id)
        # A new DAG is read within seconds; until then the page says so.
        expect(open_page(page, "integrations/south").get_by_role("link", name="south")).to_be_visible()
        pull_the_previous_day(frame(page), until="failed")
        page.context.close()
        athlete.context.close()
        yield South(athlete_id, world)


def test_a_pull_that_fails_says_for_whom_and_what_to_do(south: South, visit: Any, picture: Picture) -> None:
    page = visit("admin", scheme="dark")
    ours = open_page(page, "integrations/south/log")
    expect(ours.locator(".notice.bad").first).to_contain_text("let the athlete consent again")
    row = ours.get_by_role("row", name=str(south.athlete_id))
    expect(row).to_contain_text("WHOOP no longer accepts the grant")
    picture(page, "pull-log-failed-dark")
    ours.get_by_role("link", name="Log of the task").first.click()
    page.wait_for_url("**/dags/south/runs/**/tasks/**")
    open_page(page, "integrations/south/athletes")
    expect(frame(page).get_by_role("button", name="Invite again")).to_be_visible()


def test_a_name_is_text_and_nothing_else(south: South, visit: Any) -> None:
    page = visit("admin")
    expect(open_page(page, "integrations/south/athletes").get_by_role("rowheader").last).to_contain_text(NASTY)
    assert "owned" not in page.title()
    assert page.frames[-1].title() == "Athletes of south"


def test_a_viewer_looks_and_cannot_act(south: South, visit: Any, stack: Stack) -> None:
    page = visit("viewer")
    for path in PAGES:
        if path != "create":
            ours = open_page(page, path)
            assert ours.get_by_role("button").count() == 0, path
    assert NASTY not in open_page(page, "integrations/south/athletes").locator("body").inner_text()
    token = page.request.get("/wearables/integrations/south/pull").text().partition('name="csrf" value="')[2][:64]
    for action in ("pull", "validate", "athletes/invite", f"athletes/{south.athlete_id}/offboard"):
        answer = page.request.post(f"/wearables/integrations/south/{action}", form={"csrf": token})
        assert answer.status == 403, action


def test_an_anonymous_visitor_sees_only_the_consent_pages(south: South, visit: Any) -> None:
    page = visit()
    for path in PAGES:
        answer = page.request.get(f"/wearables/{path}")
        assert (answer.status, "south" in answer.text()) == (401, False), path
    page.goto("/plugin/integrations")
    page.wait_for_url("**/auth/login**")
    page.goto("/consent/not-an-invitation")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_needs_no_sideways_scrolling_and_follows_the_look_of_airflow(
    south: South, visit: Any, picture: Picture, scheme: str
) -> None:
    page: Page = visit("admin", width=NARROW, scheme=scheme)
    for path in PAGES:
        open_page(page, path)
        ours = page.frames[-1]
        assert ours.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        assert ours.evaluate("document.documentElement.dataset.theme") == scheme, path
        ground = ours.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == (GROUND_LIGHT if scheme == "light" else GROUND_DARK), path


def test_pages_work_by_keyboard_and_every_control_has_a_name(south: South, visit: Any) -> None:
    page = visit("admin")
    for path in PAGES:
        open_page(page, path)
        nameless = page.frames[-1].evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, meter")]
                .filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length))
                .map((each) => each.outerHTML)"""
        )
        assert nameless == [], path
    open_page(page, "create")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.frames[-1].evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_connection_form_asks_for_what_whoop_gives_and_its_test_button_works(
    south: South, visit: Any, picture: Picture
) -> None:
    page = visit("admin")
    page.goto("/connections")
    page.get_by_role("button", name="Add Connection").click()
    page.get_by_role("combobox").last.click()
    page.keyboard.type("whoop")
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog")
    for label in ("API base URL", "Client ID", "Client secret"):
        expect(form.get_by_text(label, exact=True)).to_be_visible()
    for label in ("Port", "Schema", "Login", "Password", "Host"):
        expect(form.get_by_text(label, exact=True)).to_have_count(0)
    picture(page, "connection")
    body = {"connection_id": "new", "conn_type": "whoop", "host": south.world.url, "login": south.world.client_id}
    answers = [
        page.request.post("/api/v2/connections/test", data=body | {"password": secret}).json()
        for secret in ("sandbox-secret", "another")
    ]
    assert [each["status"] for each in answers] == [True, False], json.dumps(answers)
    assert "0 of 1 grants are alive" in answers[0]["message"]
    assert "does not accept the client id and secret" in answers[1]["message"]
