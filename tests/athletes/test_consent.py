"""From an invitation to a stored grant, and every way in which it can fail."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.athletes.fakes import Browser, title
from tests.factories import connect
from wearables.athletes.consent.invites import create_invite
from wearables.athletes.offboarding import offboard
from wearables.whoop.oauth import SCOPES

Make = Callable[..., Any]


def states(team: Any) -> dict[int, str]:
    return dict(team.rows("select athlete_id, state from vault.grants"))


def test_an_athlete_who_consents_is_enrolled_and_can_be_pulled(consent: Make, browser: Browser) -> None:
    team = consent(athletes=2)
    athlete_id = next(iter(team.world.athletes))
    done = browser.accept(create_invite("team", "coach").url, athlete_id)
    assert (done.status_code, title(done)) == (200, "You are connected")
    assert states(team) == {athlete_id: "active"}
    assert team.rows("select first_name from ops.athletes") == [("Avery",)]
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(0,)]
    team.pull(**team.all_days())
    assert {key[0] for key in team.metrics()} == {athlete_id}


def test_the_page_says_who_receives_what_and_how_to_stop(consent: Make, browser: Browser) -> None:
    consent()
    page = browser.open(create_invite("team", "coach").url)
    assert page.status_code == 200
    for words in ("<strong>team</strong>", "recovery", "sleep", "Why your team asks", "How to stop", "remove the app"):
        assert words in page.text


def test_whoop_is_asked_for_every_scope_with_an_unguessable_state(consent: Make, browser: Browser) -> None:
    team = consent()
    places = [browser.press(create_invite("team", "coach").url).headers["Location"] for _ in range(2)]
    assert all(place.startswith(f"{team.world.url}/oauth/oauth2/auth?") for place in places)
    asked = [dict(parse_qsl(urlsplit(place).query)) for place in places]
    assert asked[0]["scope"].split() == list(SCOPES)
    assert asked[0]["response_type"] == "code"
    assert asked[0]["client_id"] == team.world.client_id
    assert asked[0]["redirect_uri"].endswith("/consent/callback")
    assert len(asked[0]["state"]) >= 8
    assert asked[0]["state"] != asked[1]["state"]


def test_an_athlete_who_declines_is_not_enrolled_and_can_change_their_mind(consent: Make, browser: Browser) -> None:
    team = consent()
    url = create_invite("team", "coach").url
    assert title(browser.accept(url, "")) == "You did not agree"
    assert states(team) == {}
    assert title(browser.accept(url, next(iter(team.world.athletes)))) == "You are connected"


def test_an_invitation_works_once(consent: Make, browser: Browser) -> None:
    team = consent(athletes=2)
    first, second = team.world.athletes
    url = create_invite("team", "coach").url
    begun_before = browser.press(url).headers["Location"]
    browser.accept(url, first)
    assert (browser.open(url).status_code, title(browser.open(url))) == (410, "This invitation has already been used")
    assert title(browser.open(browser.answer(begun_before, second))) == "This address has already been used"
    assert states(team) == {first: "active"}


def test_an_answer_is_handled_once(consent: Make, browser: Browser) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    before = len(team.world.requests)
    assert title(browser.open(address)) == "You are connected"
    asked = len(team.world.requests)
    assert title(browser.open(address)) == "This address has already been used"
    assert before < asked == len(team.world.requests)


def test_an_expired_invitation_is_rejected_before_and_after_whoop(consent: Make, browser: Browser) -> None:
    team = consent()
    url = create_invite("team", "coach").url
    address = browser.consent(url, next(iter(team.world.athletes)))
    team.rows("update vault.invites set expires_at = now() returning 1")
    assert (browser.open(url).status_code, title(browser.open(url))) == (410, "This invitation has expired")
    assert title(browser.open(address)) == "This invitation has expired"
    assert states(team) == {}


def test_an_invitation_is_valid_for_the_configured_days(consent: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    team = consent()
    monkeypatch.setenv("WEARABLES_INVITE_DAYS", "3")
    create_invite("team", "coach")
    assert team.rows("select round(extract(epoch from expires_at - created_at) / 3600) from vault.invites") == [(72,)]


@pytest.mark.parametrize("change", [lambda link: link[:-1], lambda link: link + "A", lambda link: "made.up"])
def test_a_link_without_a_valid_signature_is_not_found(consent: Make, browser: Browser, change: Any) -> None:
    consent()
    start, _, signed = create_invite("team", "coach").url.rpartition("/")
    page = browser.open(f"{start}/{change(signed)}")
    assert (page.status_code, title(page)) == (404, "This invitation does not exist")


def test_the_warehouse_does_not_store_the_link(consent: Make) -> None:
    team = consent()
    token = create_invite("team", "coach").url.rpartition("/")[2].partition(".")[0]
    assert token not in str(team.rows("select invites::text from vault.invites"))


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


@pytest.mark.parametrize("lost", ["read:sleep", "offline", "read:profile"])
def test_a_consent_with_missing_scopes_is_rejected_and_revoked(consent: Make, browser: Browser, lost: str) -> None:
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    url = create_invite("team", "coach").url
    page = browser.accept(url, athlete_id, [scope for scope in SCOPES if scope != lost])
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


def test_consenting_again_renews_the_grant(consent: Make, browser: Browser) -> None:
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    browser.accept(create_invite("team", "coach").url, athlete_id)
    team.rows("update vault.grants set state = 'reconnect', reason = 'dead' returning 1")
    assert title(browser.accept(create_invite("team", "coach").url, athlete_id)) == "Your consent was renewed"
    assert states(team) == {athlete_id: "active"}


def test_an_erased_athlete_can_consent_again(consent: Make, browser: Browser) -> None:
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    browser.accept(create_invite("team", "coach").url, athlete_id)
    offboard("team", athlete_id, erase=True)
    assert title(browser.accept(create_invite("team", "coach").url, athlete_id)) == "You are connected"
    assert team.rows("select count(*) from ops.erased_athletes") == [(0,)]
    team.pull(**team.all_days())
    assert {key[0] for key in team.metrics()} == {athlete_id}


def test_the_same_answer_works_again_after_whoop_was_unavailable(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = consent()
    monkeypatch.setattr("wearables.whoop.transport.LONGEST_BACKOFF_SECONDS", 0)
    athlete_id = next(iter(team.world.athletes))
    address = browser.consent(create_invite("team", "coach").url, athlete_id)
    team.world.add_fault("status", times=5, collection="token")
    page = browser.open(address)
    assert (page.status_code, title(page)) == (503, "Something went wrong")
    assert states(team) == {}
    assert title(browser.open(address)) == "You are connected"


def test_a_consent_that_failed_after_the_token_exchange_can_be_resumed(consent: Make, browser: Browser) -> None:
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    address = browser.consent(create_invite("team", "coach").url, athlete_id)
    team.world.deactivate(athlete_id)
    page = browser.open(address)
    assert title(page) == "Something went wrong"
    assert "membership is not active" in page.text
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(1,)]
    team.world.activate(athlete_id)
    assert title(browser.open(address)) == "You are connected"
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(0,)]


def test_a_wrong_client_secret_is_reported_without_the_secret(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = consent()
    address = browser.consent(create_invite("team", "coach").url, next(iter(team.world.athletes)))
    connect(monkeypatch, team.world.url, team.world.client_id, "a-wrong-secret")
    page = browser.open(address)
    assert "does not accept the client id and secret" in page.text
    assert "a-wrong-secret" not in page.text


def test_the_address_can_be_pasted_if_the_redirect_url_leads_elsewhere(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = "https://team.example.org/thanks"
    team = consent(redirect_uris=(elsewhere,))
    monkeypatch.setenv("WEARABLES_REDIRECT_URL", elsewhere)
    url = create_invite("team", "coach").url
    address = browser.consent(url, next(iter(team.world.athletes)))
    assert address.startswith(elsewhere)
    assert "<details open>" in browser.open(url).text
    assert title(browser.paste(url, "  " + address + "\n")) == "You are connected"


@pytest.mark.parametrize("address", ["", "nonsense", "https://team.example.org/", "http://[", "javascript:alert(1)"])
def test_an_address_without_an_answer_is_rejected(consent: Make, browser: Browser, address: str) -> None:
    consent()
    page = browser.paste(create_invite("team", "coach").url, address)
    assert (page.status_code, title(page)) == (400, "This is not the address that WHOOP sent you to")
