"""Fixtures for the browser tests: one Airflow and one Chromium for all, signed-in pages for each test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.stack import Stack, running
from tests.browser.steps import HEIGHT, WIDTH, new_page

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
MIN_HEIGHT = 560


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Start Airflow with an empty warehouse and no integrations."""
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a real browser."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("No Chromium was found; run bin/_browser, which says how to get one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(stack: Stack, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a factory: ``visit("admin")`` opens a page signed in as that user, ``visit()`` an anonymous one."""
    pages = []

    def make(user: str | None = None, width: int = WIDTH, scheme: str = "light") -> Page:
        pages.append(new_page(chromium, stack.url, user, width, scheme))
        return pages[-1]

    yield make
    for each in pages:
        each.context.close()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Return a function that saves a screenshot for the documentation if SCREENSHOTS is set."""

    def take(page: Page, name: str) -> None:
        if not os.environ.get("SCREENSHOTS"):
            return
        IMAGES.mkdir(parents=True, exist_ok=True)
        height = int(page.frames[-1].evaluate("document.body.offsetHeight"))
        page.set_viewport_size(
            {"width": page.viewport_size["width"], "height": min(max(height + 24, MIN_HEIGHT), HEIGHT * 2)}
        )
        page.screenshot(path=IMAGES / f"{name}.png")

    return take
