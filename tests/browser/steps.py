"""Steps that a person takes in the web UI."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.stack import USERS

SECRET = "sandbox-secret"
WIDTH, HEIGHT = 1180, 800
# Generous, because the machine may be busy.
TIMEOUT_MILLISECONDS = 120_000
PULL_MILLISECONDS = 400_000
expect.set_options(timeout=TIMEOUT_MILLISECONDS)
Picture = Callable[[Page, str], None]


def new_page(browser: Browser, url: str, user: str | None, width: int, scheme: str) -> Page:
    """Open a page in a new browser context, signed in as ``user`` or anonymous. The caller closes the context."""
    context = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        timezone_id="Europe/London",
        locale="en-GB",
    )
    context.set_default_timeout(TIMEOUT_MILLISECONDS)
    page = context.new_page()
    if user:
        page.goto("/auth/login")
        page.fill("input[name=username]", user)
        page.fill("input[name=password]", USERS[user])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/auth/" not in url)
    return page


def frame(page: Page) -> FrameLocator:
    """Return the frame that shows our page within Airflow's."""
    return page.frame_locator("iframe[title=Integrations]")


def open_page(page: Page, path: str = "") -> FrameLocator:
    """Open one of our pages within Airflow's. If the frame is already there, only the frame is loaded."""
    if page.locator("iframe[title=Integrations]").count():
        page.frames[-1].goto(f"/wearables/{path}")
    else:
        page.goto(f"/plugin/integrations/wearables/{path}")
    ours = frame(page)
    expect(ours.get_by_role("heading", level=1)).to_be_visible()
    return ours


def fill_in(ours: FrameLocator, world: Any, name: str, secret: str = SECRET) -> None:
    """Fill in the form of a new integration."""
    ours.get_by_label("Name", exact=True).fill(name)
    ours.get_by_label("Client ID").fill(world.client_id)
    ours.get_by_label("Client secret").fill(secret)
    ours.get_by_label("Time zone").fill("Europe/London")
    ours.get_by_label("Schedule").fill("0 6 * * *")
    ours.get_by_text("Advanced").click()
    ours.get_by_label("API base URL").fill(world.url)


def create(page: Page, world: Any, name: str) -> FrameLocator:
    """Create an integration. Return its page."""
    ours = open_page(page, "create")
    fill_in(ours, world, name)
    ours.get_by_role("button", name="Validate and create").click()
    expect(ours.get_by_role("heading", name=name)).to_be_visible()
    return ours


def invite(ours: FrameLocator) -> str:
    """Create an invitation. Return its link."""
    ours.get_by_role("button", name="Invite athlete").click()
    return ours.get_by_label("Invitation link").input_value()


def consent(page: Page, link: str, athlete_id: int, picture: Picture) -> None:
    """Consent as the athlete: without a login, read the page and agree at WHOOP."""
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Share your WHOOP data with")
    picture(page, "consent")
    page.get_by_role("button", name="Continue to WHOOP").click()
    page.locator(f"button[value='{athlete_id}']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are connected")
    picture(page, "consent-done")


def pull_previous_day(ours: FrameLocator, until: str) -> None:
    """Pull now, and wait until the run has this state."""
    ours.get_by_role("link", name="Pull now").first.click()
    ours.get_by_role("button", name="Pull now").click()
    expect(ours.get_by_role("heading", level=2)).to_contain_text(until, timeout=PULL_MILLISECONDS)
