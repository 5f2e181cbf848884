"""The stages of an admin's and a coach's way through the pages, with what they must see at each."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.stack import Stack
from tests.browser.steps import PULL_MILLISECONDS, SECRET, Picture, fill_in, frame

WRONG = "a wrong secret"
CHART_WIDTH = 614
DAYS_BACK = 60


def create_after_a_wrong_secret(ours: FrameLocator, stack: Stack, world: Any, take_picture: Callable[[], None]) -> None:
    """Create the integration ``north``. The wrong secret is rejected and nothing is saved."""
    fill_in(ours, world, "north", WRONG)
    take_picture()
    ours.get_by_role("button", name="Validate and create").click()
    expect(ours.get_by_role("alert")).to_contain_text("does not accept the client id and secret")
    assert not list(stack.integrations.iterdir())
    expect(ours.get_by_label("Client secret")).to_have_value("")
    ours.get_by_label("Client secret").fill(SECRET)
    ours.get_by_role("button", name="Validate and create").click()
    expect(ours.get_by_role("heading", name="north")).to_be_visible()


def pull_and_follow(page: Page, athlete_id: int, picture: Picture) -> None:
    """Preview a pull, start it, and watch its log update itself until the run has succeeded."""
    ours = frame(page)
    ours.get_by_role("link", name="Pull now").first.click()
    expect(ours.locator("#preview")).to_contain_text("1 chunk for 1 athlete: about 6 requests")
    ours.get_by_label("A range of days").check()
    ours.get_by_label("First day").fill(str(dt.date.today() - dt.timedelta(days=30)))
    expect(ours.locator("#preview")).to_contain_text("2 chunks for 1 athlete")
    picture(page, "pull-now")
    ours.get_by_role("button", name="Pull now").click()
    run = ours.get_by_role("heading", level=2)
    expect(run).to_contain_text(re.compile("queued|running"))
    expect(run).to_contain_text("running")
    picture(page, "pull-log-running")
    expect(run).to_contain_text("success", timeout=PULL_MILLISECONDS)
    expect(ours.locator(".steps li.success")).to_have_count(5)
    expect(ours.get_by_role("row", name=str(athlete_id))).to_contain_text("staged")
    assert ours.locator("[data-live]").count() == 0
    picture(page, "pull-log")
    # The log of a task is a page of Airflow and opens in the whole window.
    ours.get_by_role("link", name="validate").click()
    page.wait_for_url(re.compile(r"/dags/north/runs/.+/tasks/validate"))
    page.go_back()


def find_in_the_lists(page: Page, athlete_id: int, picture: Picture) -> None:
    """Find the athlete in the list of athletes, and the used member slot in the list of integrations."""
    ours = frame(page)
    ours.get_by_role("link", name="Athletes").click()
    row = ours.get_by_role("row", name=str(athlete_id))
    expect(row).to_contain_text("Avery Ashdown")
    expect(row).to_contain_text("active")
    picture(page, "athletes")
    ours.get_by_role("link", name="Integrations", exact=True).click()
    expect(ours.get_by_role("row", name="north")).to_contain_text("1 of 10")


def import_own_export(page: Page, athlete_id: int, content: bytes, picture: Picture) -> None:
    """Import the athlete's own export and follow its progress."""
    ours = frame(page)
    ours.get_by_role("link", name="north", exact=True).click()
    ours.get_by_role("link", name="Import data").click()
    ours.get_by_label("Athlete").select_option(str(athlete_id))
    file = {"name": "my export.zip", "mimeType": "application/zip", "buffer": content}
    ours.get_by_label("ZIP file").set_input_files(file)
    ours.get_by_role("button", name="Import").click()
    expect(ours.get_by_role("heading", name="This import")).to_contain_text("success", timeout=PULL_MILLISECONDS)
    expect(ours.get_by_role("row", name=str(athlete_id))).to_contain_text("complete")
    picture(page, "import")


def offboard_and_erase(page: Page, athlete_id: int, picture: Picture) -> None:
    """Offboard the athlete. Erasing the data requires typing the athlete's id."""
    ours = frame(page)
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


def find_a_flag(ours: FrameLocator) -> None:
    """Go back to the newest day on which somebody stands out."""
    for _ in range(DAYS_BACK):
        if ours.locator("tr.flagged").count():
            return
        ours.get_by_role("link", name="Previous day").click()
    pytest.fail("nobody stood out")


def select_a_squad(ours: FrameLocator) -> None:
    """Show one squad, then all athletes again."""
    ours.get_by_label("Squad").select_option("under 21")
    ours.get_by_role("button", name="Show").click()
    expect(ours.locator("tbody tr")).to_have_count(4)
    ours.get_by_label("Squad").select_option("")
    ours.get_by_role("button", name="Show").click()


def open_charts_of_a_flagged_athlete(page: Page, picture: Picture) -> str:
    """Open the page of the first athlete who stands out, check that every chart is drawn, and return its path."""
    ours = frame(page)
    ours.locator("tr.flagged a").first.click()
    expect(ours.get_by_role("heading", name="Days")).to_be_visible()
    for each in ours.locator("img.chart").all():
        each.scroll_into_view_if_needed()
        expect(each).to_have_js_property("naturalWidth", CHART_WIDTH)
    picture(page, "athlete")
    return page.frames[-1].url.partition("/city/")[2]


def download_csv(page: Page, picture: Picture) -> None:
    """Download athletes' days as CSV."""
    ours = frame(page)
    ours.get_by_role("link", name="Downloads").click()
    expect(ours.get_by_role("heading", name="Downloads")).to_be_visible()
    picture(page, "downloads")
    with page.expect_download() as downloaded:
        ours.get_by_role("button", name="Download CSV").click()
    assert re.fullmatch(r"city_athlete_days_.+\.csv", downloaded.value.suggested_filename)
    assert downloaded.value.path().read_text().startswith("integration,athlete_id,metric_date,")


def open_data_dictionary(page: Page, picture: Picture) -> None:
    """Open the data dictionary from Airflow's navigation."""
    page.goto("/")
    page.get_by_role("button", name="Docs").click()
    page.get_by_role("menuitem", name="Data dictionary").click()
    dictionary = page.frame_locator("iframe[title='Data dictionary']")
    expect(dictionary.get_by_role("heading", name="analytics.athlete_days view")).to_be_visible()
    picture(page, "dictionary")
