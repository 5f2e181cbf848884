"""The pages without a browser: the test chooses the signed-in user."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from fastapi.testclient import TestClient
from httpx import Response


class Visitor(TestClient):
    """A visitor. ``act`` sends a form with the CSRF token of a page."""

    def act(self, action: str, page: str = "/", **fields: str) -> Response:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(page).text)
        return self.post(action, data={"csrf": found.group(1) if found else "", **fields}, follow_redirects=False)


@pytest.fixture
def signed_in(airflow_database: None) -> Iterator[Callable[[str | None], Visitor]]:
    """``signed_in("viewer")`` is a visitor with this Airflow role, ``signed_in(None)`` an anonymous one."""
    from airflow.api_fastapi.app import create_auth_manager
    from airflow.api_fastapi.core_api.security import get_user

    from wearables.web.app import app

    create_auth_manager()

    def make(role: str | None) -> Visitor:
        app.dependency_overrides.clear()
        if role:
            user = SimpleAuthManagerUser(username=role, role=role)
            app.dependency_overrides[get_user] = lambda: user
        return Visitor(app)

    yield make
    app.dependency_overrides.clear()


@pytest.fixture
def admin(signed_in: Callable[[str], Visitor]) -> Visitor:
    return signed_in("admin")


@pytest.fixture
def team(make_team: Callable[..., Any]) -> Any:
    """Two enrolled athletes with three days of history at WHOOP."""
    return make_team(days=3)
