"""A pull from end to end, step by step as the tasks call them, against the sandbox."""

import datetime as dt
from typing import Any

import pytest

from tests.factories import requested
from wearables.core.errors import RunFailed


def test_every_metric_agrees_with_the_truth_of_the_sandbox(team: Any) -> None:
    squad = team(athletes=4, days=60)
    squad.pull(**squad.all_days())
    assert squad.metrics() == squad.truth()


@pytest.mark.parametrize("chunk_days", [1, 7, 28])
def test_the_length_of_the_chunks_does_not_matter(team: Any, chunk_days: int) -> None:
    squad = team({"chunk_days": chunk_days}, days=40)
    squad.pull(**squad.all_days())
    assert squad.metrics() == squad.truth()


def test_pulling_again_changes_nothing(team: Any) -> None:
    squad = team()
    squad.pull(**squad.all_days())
    before = squad.snapshot()
    squad.pull(**squad.all_days())
    assert squad.snapshot() == before


def test_what_the_athlete_changes_at_whoop_is_changed_in_the_warehouse(team: Any) -> None:
    squad = team()
    squad.pull(**squad.all_days())
    athlete_id = squad.athlete_ids[0]
    day = squad.world.records[athlete_id, "cycle"][3]
    squad.world.patch(athlete_id, "cycle", day.id, {"score": {"strain": 1.5}})
    night = squad.world.records[athlete_id, "sleep"][6]
    squad.world.delete(athlete_id, "sleep", night.id)
    workout = squad.world.records[athlete_id, "workout"][2]
    squad.world.patch(athlete_id, "workout", workout.id, {"score_state": "UNSCORABLE"})
    squad.pull(**squad.all_days())
    assert squad.metrics() == squad.truth()
    assert squad.rows("select count(*) from raw.records where deleted_at is not null and collection = 'sleep'") == [
        (1,)
    ]
    assert squad.rows("select sum(regressions) from ops.slices where collection = 'workout'") == [(1,)]


def test_a_day_without_dates_is_the_last_24_hours(team: Any) -> None:
    squad = team()
    squad.pull()
    ((start, end),) = squad.rows("select distinct chunk_start, chunk_end from ops.slices")
    assert end - start == dt.timedelta(days=1)


def test_a_scheduled_pull_goes_on_where_the_last_complete_one_ended(team: Any) -> None:
    squad = team({"lookback_days": 2})
    run_id, chunks = squad.validate(run_type="scheduled")
    squad.pull(run_id)
    _, following = squad.validate(run_type="scheduled")
    assert chunks[-1].end - following[0].start <= dt.timedelta(days=3)
    assert following[-1].end >= chunks[-1].end


def test_only_the_athletes_and_collections_asked_for_are_pulled(team: Any) -> None:
    squad = team()
    squad.world.requests.clear()
    squad.pull(athletes=[squad.athlete_ids[1]], collections=["sleep"], **squad.all_days())
    assert {each["athlete_id"] for each in requested(squad.world)} == {squad.athlete_ids[1]}
    assert {each["path"] for each in requested(squad.world)} == {"/developer/v2/activity/sleep"}


def test_a_revoked_grant_fails_one_run_names_the_athlete_and_harms_nobody_else(team: Any) -> None:
    squad = team()
    gone, stays = squad.athlete_ids
    squad.world.revoke(gone)
    with pytest.raises(RunFailed, match=f"athlete {gone}.*consent"):
        squad.pull(**squad.all_days())
    truth = {key: value for key, value in squad.truth().items() if key[0] == stays}
    assert squad.metrics() == truth
    outcome = squad.pull(**squad.all_days())
    assert outcome["warnings"] == 1
    assert outcome["skipped"] > 0
    assert requested(squad.world, athlete_id=stays)


def test_an_ended_membership_is_marked_inactive_and_then_skipped(team: Any) -> None:
    squad = team()
    squad.world.deactivate(squad.athlete_ids[0])
    with pytest.raises(RunFailed, match=f"athlete {squad.athlete_ids[0]}.*membership"):
        squad.pull()
    states = dict(squad.rows("select athlete_id, grant_state from analytics.athletes"))
    assert states == {squad.athlete_ids[0]: "inactive", squad.athlete_ids[1]: "active"}
    assert squad.pull()["warnings"] >= 1


def test_a_token_that_expires_between_pages_is_renewed(team: Any) -> None:
    squad = team(token_seconds=1, days=60)
    for athlete_id in squad.athlete_ids:
        squad.world.expire(athlete_id)
    squad.pull(**squad.all_days())
    assert squad.metrics() == squad.truth()


def test_what_had_landed_before_a_kill_is_not_asked_for_again(team: Any) -> None:
    squad = team()
    run_id, chunks = squad.validate(**squad.all_days())
    squad.world.add_fault("status", status=503, times=1000, athlete_id=squad.athlete_ids[1], collection="workout")
    with pytest.raises(RunFailed):
        squad.pull(run_id, **squad.all_days())
    squad.world.faults.clear()
    squad.world.requests.clear()
    squad.pull(run_id, **squad.all_days())
    asked = {(each["athlete_id"], each["path"]) for each in requested(squad.world)}
    assert asked == {(squad.athlete_ids[1], "/developer/v2/activity/workout")}
    assert len(requested(squad.world)) <= 2 * len(chunks)
    assert squad.metrics() == squad.truth()


def test_the_pull_log_never_holds_a_token_or_a_health_value(team: Any, caplog: pytest.LogCaptureFixture) -> None:
    squad = team(athletes=1)
    caplog.set_level("DEBUG")
    squad.world.patch(squad.athlete_ids[0], "cycle", squad.world.records[squad.athlete_ids[0], "cycle"][2].id,
                      {"score": {"strain": 13.37133713, "kilojoule": 12345.678912}})  # fmt: skip
    squad.pull(**squad.all_days())
    text = caplog.text + str(squad.rows("select * from ops.slices"))
    tokens = [token for grant in squad.world.grants._grants for token in (grant.access_token, grant.refresh_token)]
    assert "landed athlete=" in text
    for secret in [*tokens, squad.world.client_secret, "13.37133713", "12345.678912"]:
        assert secret not in text
