"""The pages in a real browser, against a real Airflow.

All tests are in one file because they share one Airflow and each pytest worker runs whole files.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import journey
from tests.browser.stack import Stack
from tests.browser.steps import (
    SECRET,
    WIDTH,
    Picture,
    consent,
    create,
    frame,
    invite,
    new_page,
    open_page,
    pull_previous_day,
)
from wearables_dev.sandbox import World
from wearables_dev.sandbox import running as sandbox_running
from wearables_dev.sandbox.export import export

NORTH_FILE = "source: whoop\nschedule: 0 6 * * *\ntimezone: Europe/London\n"
MALICIOUS_NAME = "<script>document.title = 'owned'</script>"
NARROW = 400
BOARD_WIDTH = 1400
BACKGROUND_LIGHT, BACKGROUND_DARK = "rgb(255, 255, 255)", "oklch(0.23185 0.0323 266.44)"  # Airflow's
PAGES = ["", "create", *(f"integrations/south{each}" for each in ("", "/board", "/athletes", "/pull", "/log"))]


@dataclass(frozen=True)
class South:
    """The integration ``south``: its only athlete, with a malicious name, withdrew consent before the first pull."""

    athlete_id: int
    world: World


@pytest.fixture(scope="module")
def south(stack: Stack, chromium: Browser) -> Iterator[South]:
    with sandbox_running(World(athletes=1, days=3)) as world:
        athlete_id = min(world.athletes)
        world.athletes[athlete_id].last_name = MALICIOUS_NAME
        page, athlete = (new_page(chromium, stack.url, user, WIDTH, "light") for user in ("admin", None))
        ours = create(page, world, "south")
        consent(athlete, invite(ours), athlete_id, lambda page, name: None)
        world.revoke(athlete_id)
        # Airflow reads a new DAG within seconds; the link appears once it has.
        expect(open_page(page, "integrations/south").get_by_role("link", name="south")).to_be_visible()
        pull_previous_day(frame(page), until="failed")
        page.context.close()
        athlete.context.close()
        yield South(athlete_id, world)


def test_a_team_is_set_up_pulled_imported_and_offboarded_in_the_web_ui_alone(
    stack: Stack, sandbox: Callable[..., Any], visit: Callable[..., Page], picture: Picture
) -> None:
    world = sandbox(athletes=2, days=20)
    athlete_id = min(world.athletes)
    page = visit("admin")
    page.goto("/")
    page.get_by_role("link", name="Integrations").click()
    ours = frame(page)
    expect(ours.get_by_text("There are no integrations yet")).to_be_visible()
    ours.get_by_role("link", name="Create the first integration").click()
    journey.create_after_a_wrong_secret(ours, stack, world, lambda: picture(page, "create"))
    assert (stack.integrations / "north.yaml").read_text() == NORTH_FILE

    ours.get_by_role("button", name="Validate credentials").click()
    expect(ours.locator("#validation")).to_contain_text("accepts the client id and secret; 0 of 0 grants are active")

    # The athlete consents in a second browser that is not signed in.
    link = invite(ours)
    picture(page, "invitation")
    consent(visit(width=720), link, athlete_id, picture)

    journey.pull_and_follow(page, athlete_id, picture)
    journey.find_in_the_lists(page, athlete_id, picture)
    journey.import_own_export(page, athlete_id, export(world, athlete_id), picture)
    journey.offboard_and_erase(page, athlete_id, picture)

    # No secret has leaked into a log.
    assert journey.WRONG not in stack.logs
    assert SECRET not in stack.logs


def test_a_coach_sees_who_stands_out_and_why_and_downloads_the_days(
    stack: Stack, visit: Callable[..., Page], picture: Picture
) -> None:
    stack.run("tests.browser.factories")
    page = visit("user", width=BOARD_WIDTH)
    ours = open_page(page, "integrations/city/board")
    expect(ours.get_by_text("With a recovery")).to_be_visible()
    expect(ours.locator("tbody tr")).to_have_count(12)
    journey.find_a_flag(ours)
    expect(ours.locator("tr.flagged").first).to_contain_text("usually")
    expect(ours.get_by_role("columnheader", name="Survey")).to_be_visible()
    # Survey answers from the imported exports: only to the questions that the integration file lists.
    expect(ours.locator("tbody")).to_contain_text("Feeling sick or ill?")
    expect(ours.locator("body")).not_to_contain_text("Share your bed?")
    picture(page, "board")
    journey.select_a_squad(ours)

    athlete = journey.open_charts_of_a_flagged_athlete(page, picture)
    journey.download_csv(page, picture)
    journey.open_data_dictionary(page, picture)

    narrow = visit("user", width=NARROW, scheme="dark")
    for path in ("board", "downloads", athlete):
        open_page(narrow, f"integrations/city/{path}")
        assert narrow.frames[-1].evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    open_page(narrow, "integrations/city/board")
    picture(narrow, "board-narrow-dark")


def test_a_failed_pull_says_for_whom_it_failed_and_what_to_do(south: South, visit: Any, picture: Picture) -> None:
    page = visit("admin", scheme="dark")
    ours = open_page(page, "integrations/south/log")
    expect(ours.locator(".notice.bad").first).to_contain_text("Ask the athlete to consent again")
    row = ours.get_by_role("row", name=str(south.athlete_id))
    expect(row).to_contain_text("WHOOP no longer accepts the grant")
    picture(page, "pull-log-failed-dark")
    ours.get_by_role("link", name="Task log").first.click()
    page.wait_for_url("**/dags/south/runs/**/tasks/**")
    open_page(page, "integrations/south/athletes")
    expect(frame(page).get_by_role("button", name="Invite again")).to_be_visible()


def test_the_list_shows_the_status_of_each_integration(
    south: South, visit: Any, stack: Stack, picture: Picture
) -> None:
    (stack.integrations / "west.yaml").write_text("chunk_days: 29\n")
    (stack.integrations / "east.yaml").write_text("timezone: Europe/Berlin\n")
    page = visit("admin")
    ours = open_page(page)
    expect(ours.get_by_role("row", name="west")).to_contain_text("chunk_days: Input should be less than or equal to 28")
    expect(ours.get_by_role("row", name="east")).to_contain_text("east is missing. Add a connection of type WHOOP")
    expect(ours.get_by_role("row", name="south")).to_contain_text("1 reconnect")
    # Airflow reads the new file, and the list updates itself.
    expect(ours.get_by_role("row", name="east")).to_contain_text(re.compile("00:00 CES?T"))
    picture(page, "integrations")


def test_a_malicious_name_is_displayed_as_text(south: South, visit: Any) -> None:
    page = visit("admin")
    expect(open_page(page, "integrations/south/athletes").get_by_role("rowheader").last).to_contain_text(MALICIOUS_NAME)
    assert "owned" not in page.title()
    assert page.frames[-1].title() == "Athletes of south"


def test_a_viewer_can_look_but_not_act(south: South, visit: Any, stack: Stack) -> None:
    page = visit("viewer")
    for path in PAGES:
        if path != "create":
            ours = open_page(page, path)
            # The board's "Show" only selects a date and a squad.
            assert ours.get_by_role("button").all_inner_texts() == (["Show"] if path.endswith("/board") else []), path
    assert MALICIOUS_NAME not in open_page(page, "integrations/south/athletes").locator("body").inner_text()
    text = page.request.get("/wearables/integrations/south/pull").text()
    token = text.partition('name="csrf" value="')[2].partition('"')[0]
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
def test_a_narrow_window_needs_no_horizontal_scrolling_and_follows_airflows_theme(
    south: South, visit: Any, picture: Picture, scheme: str
) -> None:
    page: Page = visit("admin", width=NARROW, scheme=scheme)
    for path in PAGES:
        open_page(page, path)
        ours = page.frames[-1]
        # Airflow may still be laying out the frame.
        ours.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")
        assert ours.evaluate("document.documentElement.dataset.theme") == scheme, path
        background = ours.evaluate("getComputedStyle(document.body).backgroundColor")
        if not path and scheme == "dark":
            picture(page, "integrations-narrow")
        assert background == (BACKGROUND_LIGHT if scheme == "light" else BACKGROUND_DARK), path


def test_pages_work_by_keyboard_and_every_control_has_a_name(south: South, visit: Any) -> None:
    page = visit("admin")
    for path in PAGES:
        open_page(page, path)
        unnamed = page.frames[-1].evaluate(
            """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, meter")]
                .filter((each) => !(each.textContent.trim() || each.ariaLabel || each.labels?.length))
                .map((each) => each.outerHTML)"""
        )
        assert unnamed == [], path
    open_page(page, "create")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.frames[-1].evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_connection_form_asks_for_the_whoop_credentials_and_sends_them_nowhere(
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
    requests_before = len(south.world.requests)
    body = {"connection_id": "new", "conn_type": "whoop", "host": south.world.url, "login": south.world.client_id}
    answer = page.request.post("/api/v2/connections/test", data=body | {"password": "sandbox-secret"})
    assert (answer.status, len(south.world.requests)) == (403, requests_before)
