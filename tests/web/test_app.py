"""What every page does when the warehouse cannot be used."""

from typing import Any

import pytest

from tests.web.conftest import Visitor
from wearables.core.warehouse import warehouse

REFRESH = '<meta http-equiv="refresh" content="5">'


@pytest.fixture
def no_connection(team: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Take all connections of the pool until the test ends."""
    pool: Any = warehouse().pool
    taken = [warehouse().connect() for _ in range(pool.size() + pool._max_overflow)]
    monkeypatch.setattr(pool, "_timeout", 0.1)
    yield
    for each in taken:
        each.close()


def test_a_page_without_a_free_connection_tries_again_by_itself(admin: Visitor, no_connection: None) -> None:
    page = admin.get("/integrations/team/athletes")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert REFRESH in page.text
    assert "All connections to the warehouse are in use." in page.text


def test_an_action_without_a_free_connection_is_not_repeated_by_itself(admin: Visitor, no_connection: None) -> None:
    page = admin.act("/integrations/team/athletes/invite", page="/create")
    assert page.status_code == 503
    assert REFRESH not in page.text


def test_other_errors_are_not_tried_again(admin: Visitor, team: Any) -> None:
    page = admin.get("/integrations/no_such_team/athletes")
    assert page.status_code == 404
    assert REFRESH not in page.text
