"""Create an integration: everything is checked before anything is saved, and the secret is never shown."""

from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Visitor

SECRET = "sandbox-secret"


@pytest.fixture
def form(make_team: Callable[..., Any], tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a user types to connect to a sandbox. One other integration, ``team``, exists already."""
    world = make_team(enrol=False, days=1).world
    yield {
        "name": "north",
        "vendor": "whoop",
        "client_id": world.client_id,
        "client_secret": SECRET,
        "address": world.url,
        "timezone": "Europe/Berlin",
        "schedule": "0 6 * * *",
    }
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    with create_session() as session:
        session.query(Connection).filter(Connection.conn_id == "north").delete()


def connections() -> dict[str, Any]:
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    with create_session() as session:
        return {each.conn_id: each for each in session.query(Connection).filter(Connection.conn_type == "whoop")}


def test_valid_credentials_are_saved_encrypted_together_with_the_file(
    admin: Visitor, form: dict[str, str], tmp_path: Path
) -> None:
    answer = admin.act("/create", page="/create", **form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/integrations/north")
    assert (tmp_path / "north.yaml").read_text() == "source: whoop\nschedule: 0 6 * * *\ntimezone: Europe/Berlin\n"
    saved = connections()["north"]
    assert (saved.conn_type, saved.login, saved.host) == ("whoop", form["client_id"], form["address"])
    assert saved.is_encrypted
    assert SECRET not in saved._password
    assert saved.password == SECRET


def test_a_wrong_secret_is_rejected_not_shown_and_not_saved(
    admin: Visitor, form: dict[str, str], tmp_path: Path
) -> None:
    answer = admin.act("/create", page="/create", **form | {"client_secret": "a-wrong-one"})
    assert answer.status_code == 409
    assert "does not accept the client id and secret" in answer.text
    assert "a-wrong-one" not in answer.text
    assert form["client_id"] in answer.text
    assert (connections(), (tmp_path / "north.yaml").exists()) == ({}, False)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("name", "../../dags/evil", "The name must start with a letter"),
        ("name", "a.b", "The name must start with a letter"),
        ("name", "<b>", "The name must start with a letter"),
        ("name", "Team", 'An integration named "team" already exists.'),
        ("name", "team", 'An integration named "team" already exists.'),
        ("vendor", "Other", 'The vendor "Other" is not supported. Choose WHOOP.'),
        ("timezone", "Atlantis", "is not an IANA time zone"),
        ("schedule", "every day", "is not a schedule"),
        ("client_id", " ", "Client ID and Client secret are required."),
        ("client_secret", "", "Client ID and Client secret are required."),
        ("address", "ftp://example.org", "is not a URL. Use"),
        ("address", "https://example.org", "WEARABLES_WHOOP_HOSTS"),
    ],
)
def test_an_invalid_field_is_reported_and_nothing_is_saved(
    admin: Visitor, form: dict[str, str], tmp_path: Path, field: str, value: str, reason: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    answer = admin.act("/create", page="/create", **form | {field: value})
    assert answer.status_code == 409
    assert reason in unescape(answer.text)
    assert "<b>" not in answer.text.partition("<form")[2]
    assert SECRET not in answer.text
    assert connections() == {}
    assert sorted(tmp_path.rglob("*")) == before


def test_if_the_folder_is_not_writable_the_page_shows_the_file_to_commit(
    admin: Visitor, form: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", "/nowhere/to/be/found")
    answer = admin.act("/create", page="/create", **form)
    assert answer.status_code == 200
    assert "commit this file there as <code>north.yaml</code>" in answer.text
    assert "source: whoop\nschedule: 0 6 * * *\ntimezone: Europe/Berlin" in answer.text
    assert SECRET not in answer.text
    assert set(connections()) == {"north"}
