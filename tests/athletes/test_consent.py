"""From an invitation to a stored grant."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.athletes.fakes import Browser, states, title
from wearables.athletes.consent.invites import create_invite
from wearables.athletes.offboarding import offboard

Make = Callable[..., Any]


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


def test_whoop_is_asked_for_the_needed_scopes_with_an_unguessable_state(consent: Make, browser: Browser) -> None:
    team = consent(settings={"collections": "[sleep, workout]"})
    places = [browser.press(create_invite("team", "coach").url).headers["Location"] for _ in range(2)]
    assert all(place.startswith(f"{team.world.url}/oauth/oauth2/auth?") for place in places)
    asked = [dict(parse_qsl(urlsplit(place).query)) for place in places]
    assert asked[0]["scope"].split() == ["read:sleep", "read:workout", "read:profile", "offline"]
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
    assert title(browser.open(address)) == "You are connected"
    assert before < asked == len(team.world.requests)
    assert team.rows("select count(*) from vault.invites where code is not null") == [(0,)]


def test_an_invitation_is_valid_for_the_configured_days(consent: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    team = consent()
    monkeypatch.setenv("WEARABLES_INVITE_DAYS", "3")
    create_invite("team", "coach")
    assert team.rows("select round(extract(epoch from expires_at - created_at) / 3600) from vault.invites") == [(72,)]


def test_the_warehouse_does_not_store_the_link(consent: Make) -> None:
    team = consent()
    token = create_invite("team", "coach").url.rpartition("/")[2].partition(".")[0]
    assert token not in str(team.rows("select invites::text from vault.invites"))


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
