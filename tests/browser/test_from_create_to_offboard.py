"""The way of a staff member who has never opened a terminal: by mouse, in a real browser, against a real Airflow."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.stack import Stack
from tests.browser.steps import SECRET, Picture, consent, fill_in, frame, invite


def test_a_squad_s_data_come_in_by_mouse_alone(
    stack: Stack, sandbox: Callable[..., Any], visit: Callable[..., Page], picture: Picture
) -> None:
    world = sandbox(athletes=2, days=20)
    athlete_id = min(world.squad)

    page = visit("admin")
    page.goto("/")
    page.get_by_role("link", name="Integrations").click()
    ours = frame(page)
    expect(ours.get_by_text("There is no integration yet")).to_be_visible()

    # Create: a wrong secret is refused and nothing is saved; the right one is.
    ours.get_by_role("link", name="Create the first one").click()
    fill_in(ours, world, "north", "a wrong secret")
    picture(page, "create")
    ours.get_by_role("button", name="Validate and create").click()
    expect(ours.get_by_role("alert")).to_contain_text("does not accept the client id and secret")
    assert not list(stack.integrations.iterdir())
    expect(ours.get_by_label("Client secret")).to_have_value("")
    ours.get_by_label("Client secret").fill(SECRET)
    ours.get_by_role("button", name="Validate and create").click()
    expect(ours.get_by_role("heading", name="north")).to_be_visible()
    assert (stack.integrations / "north.yaml").read_text() == "schedule: 0 6 * * *\ntimezone: Europe/London\n"

    # Validate.
    ours.get_by_role("button", name="Validate credentials").click()
    verdict = ours.locator("#verdict")
    expect(verdict).to_contain_text("accepts the client id and secret; 0 of 0 grants are alive")

    # Invite, and consent in another browser that never signed in.
    link = invite(ours)
    picture(page, "invitation")
    consent(visit(), link, athlete_id, picture)

    # Pull now: what it takes, the start, and the log that turns from running to done by itself.
    ours.get_by_role("link", name="Pull now").first.click()
    expect(ours.locator("#outlook")).to_contain_text("1 chunk for 1 athlete: about 6 requests")
    ours.get_by_label("From one day to another").check()
    ours.get_by_label("First day").fill(str(dt.date.today() - dt.timedelta(days=30)))
    expect(ours.locator("#outlook")).to_contain_text("2 chunks for 1 athlete")
    picture(page, "pull-now")
    ours.get_by_role("button", name="Pull now").click()
    run = ours.get_by_role("heading", level=2)
    expect(run).to_contain_text(re.compile("queued|running"))
    expect(run).to_contain_text("running")
    picture(page, "pull-log-running")
    expect(run).to_contain_text("success", timeout=90_000)
    expect(ours.locator(".steps li.success")).to_have_count(5)
    expect(ours.get_by_role("row", name=str(athlete_id))).to_contain_text("staged")
    assert ours.locator("[data-live]").count() == 0
    picture(page, "pull-log")

    # The log of a task is Airflow's own page, in the whole window.
    ours.get_by_role("link", name="validate").click()
    page.wait_for_url(re.compile(r"/dags/north/runs/.+/tasks/validate"))
    page.go_back()

    # See the athlete.
    ours = frame(page)
    ours.get_by_role("link", name="Athletes").click()
    row = ours.get_by_role("row", name=str(athlete_id))
    expect(row).to_contain_text("Avery Ashdown")
    expect(row).to_contain_text("active")
    picture(page, "athletes")
    ours.get_by_role("link", name="Integrations", exact=True).click()
    expect(ours.get_by_role("row", name="north")).to_contain_text("1 of 10")
    picture(page, "integrations")

    # Offboard, and erase once the id has been typed.
    ours.get_by_role("link", name="north", exact=True).click()
    ours.get_by_role("link", name="Athletes").first.click()
    ours.get_by_role("link", name=re.compile("^Offboard")).click()
    ours.get_by_label("Delete every record").check()
    picture(page, "offboard")
    ours.get_by_role("button", name="Offboard").click()
    expect(ours.get_by_role("alert")).to_contain_text("Nothing has been changed")
    ours.get_by_label("Delete every record").check()
    ours.get_by_label("To erase, type").fill(str(athlete_id))
    ours.get_by_role("button", name="Offboard").click()
    expect(ours.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(ours.get_by_role("row", name="raw.records")).not_to_contain_text(" 0")
    picture(page, "receipt")

    # Nothing secret has leaked into a log on the way.
    assert "a wrong secret" not in stack.logs
    assert SECRET not in stack.logs
