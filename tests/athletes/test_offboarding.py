"""Offboarding revokes the grant and stops pulls."""

import pytest

from tests.athletes.factories import Make, pulled_team
from tests.factories import requested
from wearables.athletes import offboarding
from wearables.athletes.enrolment import enrol
from wearables.athletes.offboarding import offboard
from wearables.core.errors import PermanentError, SourceUnavailable


def test_offboarding_revokes_the_grant_keeps_the_data_and_stops_pulls(make_team: Make) -> None:
    team = pulled_team(make_team)
    gone, kept = team.athlete_ids
    records = team.rows("select count(*) from raw.records")
    receipt = offboard("team", gone)
    assert (receipt.is_revoked, receipt.is_erased, dict(receipt.rows), receipt.landing_files) == (True, False, {}, 0)
    assert team.world.grants.of(gone) == []
    assert team.rows("select athlete_id from vault.grants") == [(kept,)]
    assert team.rows("select grant_state from analytics.athletes where athlete_id = %s", gone) == [("offboarded",)]
    assert team.rows("select count(*) from raw.records") == records
    team.world.requests.clear()
    assert team.pull(**team.all_days())["skipped"] == 0
    assert requested(team.world, athlete_id=gone) == []
    with pytest.raises(PermanentError, match="Unknown athlete"):
        team.pull(**team.all_days(), athletes=[gone])


def test_an_offboarded_athlete_can_be_enrolled_again(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    athlete_id = team.athlete_ids[0]
    offboard("team", athlete_id)
    enrol("team", team.world.consent(athlete_id).refresh_token)
    assert team.rows("select grant_state from analytics.athletes") == [("active",)]


def test_an_expired_access_token_is_refreshed_before_it_is_revoked(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    team.world.expire(team.athlete_ids[0])
    assert offboard("team", team.athlete_ids[0]).is_revoked
    assert team.world.grants.of(team.athlete_ids[0]) == []


def test_a_grant_that_whoop_has_already_ended_is_reported_as_such(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    team.world.revoke(team.athlete_ids[0])
    receipt = offboard("team", team.athlete_ids[0])
    assert (receipt.is_revoked, receipt.revocation) == (False, offboarding.ENDED_BEFORE)
    again = offboard("team", team.athlete_ids[0])
    assert (again.is_revoked, again.revocation) == (False, offboarding.NO_GRANT)


def test_an_athlete_without_an_active_membership_can_be_offboarded(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    team.world.deactivate(team.athlete_ids[0])
    receipt = offboard("team", team.athlete_ids[0])
    assert (receipt.is_revoked, receipt.revocation) == (False, offboarding.NOT_CONFIRMED)
    assert team.rows("select count(*) from vault.grants") == [(0,)]


def test_nothing_changes_while_whoop_is_unavailable(make_team: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    team = pulled_team(make_team)
    monkeypatch.setattr("wearables.whoop.transport.LONGEST_BACKOFF_SECONDS", 0)
    before = team.snapshot()
    team.world.expire(team.athlete_ids[0])
    team.world.add_fault("status", times=5, collection="token")
    with pytest.raises(SourceUnavailable, match="Try again later"):
        offboard("team", team.athlete_ids[0], erase=True)
    assert team.snapshot() == before
    assert team.rows("select count(*) from vault.grants") == [(2,)]
    assert offboard("team", team.athlete_ids[0], erase=True).is_revoked


def test_an_offboarded_athlete_is_removed_from_the_plan_of_a_running_pull(make_team: Make) -> None:
    team = make_team(athletes=2, days=5)
    gone = team.athlete_ids[0]
    run_id, _ = team.validate(**team.all_days())
    offboard("team", gone)
    team.pull(run_id=run_id, **team.all_days())
    assert team.rows("select state from ops.runs") == [("complete",)]
    assert gone not in {athlete_id for (athlete_id,) in team.rows("select athlete_id from ops.slices")}


def test_an_athlete_who_never_consented_is_unknown(make_team: Make) -> None:
    team = make_team(athletes=1, days=3)
    with pytest.raises(PermanentError, match="Unknown athlete 42"):
        offboard("team", 42, erase=True)
    with pytest.raises(PermanentError, match="There is no integration"):
        offboard("nosuch", team.athlete_ids[0])
