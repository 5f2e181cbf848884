"""A team whose consent pages are served over HTTP, and a browser without scripts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.athletes.fakes import Browser, serving


@pytest.fixture
def consent(make_team: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """``consent(athletes=2)`` returns a team without enrolled athletes. Its consent pages are mounted as in Airflow."""
    from wearables.athletes.consent.guard import LIMITER
    from wearables.athletes.consent.pages import app

    LIMITER.storage.reset()
    with serving(Starlette(routes=[Mount("/consent", app)])) as url:
        monkeypatch.setenv("WEARABLES_PUBLIC_URL", url)
        yield lambda **traits: make_team(**{"enrol": False, "days": 3} | traits)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with Browser() as opened:
        yield opened
