"""Consents that are rejected: nothing is stored, and the athlete's page explains what to do."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.athletes.fakes import Browser, states, title
from tests.factories import connect
from wearables.athletes.consent.invites import create_invite
from wearables.whoop.oauth import requested_scopes

Make = Callable[..., Any]


def test_an_expired_invitation_is_rejected_before_and_after_whoop(consent: Make, browser: Browser) -> None:
    team = consent()
    url = create_invite("team", "coach").url
    address = browser.consent(url, next(iter(team.world.athletes)))
    team.rows("update vault.invites set expires_at = now() returning 1")
    assert (browser.open(url).status_code, title(browser.open(url))) == (410, "This invitation has expired")
    assert title(browser.open(address)) == "This invitation has expired"
    assert states(team) == {}


@pytest.mark.parametrize("change", [lambda link: link[:-1], lambda link: link + "A", lambda link: "made.up"])
def test_a_link_without_a_valid_signature_is_not_found(consent: Make, browser: Browser, change: Any) -> None:
    consent()
    start, _, signed = create_invite("team", "coach").url.rpartition("/")
    page = browser.open(f"{start}/{change(signed)}")
    assert (page.status_code, title(page)) == (404, "This invitation does not exist")


def test_an_answer_in_another_browser_is_rejected(consent: Make, browser: Browser) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    with Browser() as other:
        assert title(other.open(address)) == "Please use the browser you started in"
        assert title(other.paste(create_invite("team", "coach").url, address)) == (
            "Please use the browser you started in"
        )
    assert states(team) == {}
    assert title(browser.open(address)) == "You are connected"


def test_an_answer_after_more_than_an_hour_is_rejected(consent: Make, browser: Browser) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    team.rows("update vault.invites set begun_at = now() - interval '61 minutes' returning 1")
    assert title(browser.open(address)) == "Please use the browser you started in"
    assert states(team) == {}


def test_an_unknown_state_is_rejected(consent: Make, browser: Browser) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    forged = re.sub(r"state=[^&]+", "state=abcdefgh", address)
    assert title(browser.open(forged)) == "This address has already been used"
    assert states(team) == {}


def test_an_unknown_code_is_rejected(consent: Make, browser: Browser) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    forged = re.sub(r"code=[^&]+", "code=abcdefgh", address)
    assert title(browser.open(forged)) == "WHOOP no longer accepts this address"
    assert states(team) == {}


def test_an_error_from_whoop_is_reported_but_not_quoted(consent: Make, browser: Browser) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    odd = re.sub(r"code=[^&]+", "error=invalid_scope&error_description=<b>odd</b>", address)
    page = browser.open(odd)
    assert title(page) == "WHOOP returned an error"
    assert "odd" not in page.text


@pytest.mark.parametrize("lost", ["offline", "read:profile"])
def test_a_consent_with_missing_scopes_is_rejected_and_revoked(consent: Make, browser: Browser, lost: str) -> None:
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    url = create_invite("team", "coach").url
    page = browser.accept(
        url, athlete_id, [scope for scope in requested_scopes(team.integration.collections) if scope != lost]
    )
    assert title(page) == "Some permissions are missing"
    assert lost in page.text
    assert "the access was withdrawn at WHOOP" in page.text
    assert states(team) == {}
    assert team.world.grants.of(athlete_id) == []
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(0,)]
    assert title(browser.accept(url, athlete_id)) == "You are connected"


def test_an_invitation_for_an_athlete_works_only_for_that_athlete(consent: Make, browser: Browser) -> None:
    team = consent(athletes=3)
    known, stranger, member = team.world.athletes
    browser.accept(create_invite("team", "coach").url, known)
    browser.accept(create_invite("team", "coach").url, member)
    url = create_invite("team", "coach", known).url
    assert title(browser.accept(url, stranger)) == "This invitation is for another athlete"
    assert team.world.grants.of(stranger) == []
    assert title(browser.accept(url, member)) == "This invitation is for another athlete"
    assert team.world.grants.of(member) != []
    assert states(team) == {known: "active", member: "active"}
    assert title(browser.accept(url, known)) == "Your consent was renewed"


@pytest.mark.parametrize("address", ["", "nonsense", "https://team.example.org/", "http://[", "javascript:alert(1)"])
def test_an_address_without_an_answer_is_rejected(consent: Make, browser: Browser, address: str) -> None:
    consent()
    page = browser.paste(create_invite("team", "coach").url, address)
    assert (page.status_code, title(page)) == (400, "This is not the address that WHOOP sent you to")


def test_a_wrong_client_secret_is_reported_without_the_secret(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    connect(monkeypatch, team.world.url, team.world.client_id, "a-wrong-secret")
    page = browser.open(address)
    assert "does not accept the client id and secret" in page.text
    assert "a-wrong-secret" not in page.text
