"""What the browser tests share: one Airflow and one Chromium for all, a sandbox and a signed-in page for each."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.stack import USERS, Stack, running

IMAGES = Path(__file__).parents[2] / "docs" / "images"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 1280, 800
PATIENCE_MILLISECONDS = 15_000
expect.set_options(timeout=PATIENCE_MILLISECONDS)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running Airflow with an empty warehouse and no integration."""
    with running() as made:
        yield made
        import shutil as s2

        s2.copytree(made.home / "local" / "logs", "/tmp/pages-last-logs", dirs_exist_ok=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("No Chromium was found; run bin/_browser, which says how to get one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(stack: Stack, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``visit("admin")`` is a page signed in as that user; ``visit()`` is an anonymous visitor's."""
    contexts = []

    def make(user: str | None = None, width: int = WIDTH, scheme: str = "light", **options: Any) -> Page:
        context = chromium.new_context(
            base_url=stack.url,
            viewport={"width": width, "height": HEIGHT},
            color_scheme=scheme,
            timezone_id="Europe/London",
            locale="en-GB",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        page = context.new_page()
        if user:
            page.goto("/auth/login")
            page.fill("input[name=username]", user)
            page.fill("input[name=password]", USERS[user])
            page.click("button[type=submit]")
            page.wait_for_url(lambda url: "/auth/" not in url)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a picture of a page for the documentation, when SCREENSHOTS is set."""

    def take(page: Page, name: str) -> None:
        if os.environ.get("SCREENSHOTS"):
            IMAGES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=IMAGES / f"{name}.png")

    return take
