"""Invitations: limited by the member slots of the WHOOP app, and for known athletes if an id is given."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.athletes.fakes import Browser
from wearables.athletes.consent.invites import create_invite, used_slots
from wearables.athletes.offboarding import offboard
from wearables.core.errors import PermanentError

Make = Callable[..., Any]


def test_a_new_app_has_ten_member_slots(consent: Make) -> None:
    consent()
    assert used_slots("team") == (0, 10)


def test_when_all_slots_are_in_use_only_members_can_be_invited(consent: Make, browser: Browser) -> None:
    team = consent(athletes=3, settings={"member_cap": 2})
    first, second, _ = team.world.athletes
    for athlete_id in (first, second):
        browser.accept(create_invite("team", "coach").url, athlete_id)
    assert used_slots("team") == (2, 2)
    with pytest.raises(
        PermanentError, match=r"All 2 member slots of team are in use\. Offboard .* `member_cap` in team\.yaml\."
    ):
        create_invite("team", "coach")
    create_invite("team", "coach", first)
    offboard("team", first)
    assert used_slots("team") == (1, 2)
    create_invite("team", "coach", first)


def test_only_a_known_athlete_can_be_invited_by_id(consent: Make) -> None:
    team = consent()
    with pytest.raises(PermanentError, match="Unknown athlete"):
        create_invite("team", "coach", next(iter(team.world.athletes)))


@pytest.mark.parametrize("days", ["0", "91", "-1", "ten", "1.5"])
def test_an_invalid_number_of_days_is_rejected(consent: Make, monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    consent()
    monkeypatch.setenv("WEARABLES_INVITE_DAYS", days)
    with pytest.raises(PermanentError, match="WEARABLES_INVITE_DAYS"):
        create_invite("team", "coach")


def test_an_invitation_survives_a_key_rotation(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent()
    url = create_invite("team", "coach").url
    old, new = os.environ["WEARABLES_GRANT_KEYS"], "bmV3IGdyYW50IGtleSBvZiB0aGUgdGVzdHMsIDMyIGI="
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", f"{new},{old}")
    assert browser.open(url).status_code == 200
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", new)
    assert browser.open(url).status_code == 404
