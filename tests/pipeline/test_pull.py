"""The steps of the pipeline together: whole pulls against the sandbox, called as the tasks call them.

This file covers extract, transform and check, which have no test files of their own; validate, stage and landing do.
What the transform computes is tested in tests/sql.
"""

import datetime as dt
from typing import Any

import pytest

from tests.factories import SQL_INJECTION, requested
from wearables.core.errors import RunFailed


def test_every_metric_equals_the_sandboxs_expected_metric(make_team: Any) -> None:
    team = make_team(athletes=4, days=60)
    team.pull(**team.all_days())
    assert team.metrics() == team.expected_metrics()


@pytest.mark.parametrize("chunk_days", [1, 7, 28])
def test_the_length_of_the_chunks_does_not_matter(make_team: Any, chunk_days: int) -> None:
    team = make_team({"chunk_days": chunk_days}, days=40)
    team.pull(**team.all_days())
    assert team.metrics() == team.expected_metrics()


def test_pulling_again_changes_nothing(make_team: Any) -> None:
    team = make_team()
    team.pull(**team.all_days())
    before = team.snapshot()
    team.pull(**team.all_days())
    assert team.snapshot() == before


def test_changes_and_deletions_at_whoop_reach_the_warehouse(make_team: Any) -> None:
    team = make_team()
    team.pull(**team.all_days())
    athlete_id = team.athlete_ids[0]
    cycle = team.world.records[athlete_id, "cycle"][3]
    team.world.patch(athlete_id, "cycle", cycle.id, {"score": {"strain": 1.5}})
    sleep = team.world.records[athlete_id, "sleep"][6]
    team.world.delete(athlete_id, "sleep", sleep.id)
    workout = team.world.records[athlete_id, "workout"][2]
    team.world.patch(athlete_id, "workout", workout.id, {"score_state": "UNSCORABLE"})
    team.pull(**team.all_days())
    assert team.metrics() == team.expected_metrics()
    assert team.rows("select count(*) from raw.records where deleted_at is not null and collection = 'sleep'") == [(1,)]
    assert team.rows("select sum(regressions) from ops.slices where collection = 'workout'") == [(1,)]


def test_a_pull_without_dates_covers_the_last_24_hours(make_team: Any) -> None:
    team = make_team()
    team.pull()
    ((start, end),) = team.rows("select distinct chunk_start, chunk_end from ops.slices")
    assert end - start == dt.timedelta(days=1)


def test_a_scheduled_pull_continues_where_the_last_complete_one_ended(make_team: Any) -> None:
    team = make_team({"lookback_days": 2})
    run_id, (first,) = team.validate(run_type="scheduled")
    team.pull(run_id)
    _, (following,) = team.validate(run_type="scheduled")
    assert first.period.end - following.period.start >= dt.timedelta(days=2)
    assert first.period.end - following.period.start < dt.timedelta(days=2, hours=2)
    assert following.period.end >= first.period.end


def test_only_the_requested_athletes_and_collections_are_pulled(make_team: Any) -> None:
    team = make_team()
    team.world.requests.clear()
    team.pull(athletes=[team.athlete_ids[1]], collections=["sleep"], **team.all_days())
    assert {each["athlete_id"] for each in requested(team.world)} == {team.athlete_ids[1]}
    assert {each["path"] for each in requested(team.world)} == {"/developer/v2/activity/sleep"}


def test_a_revoked_grant_fails_one_run_names_the_athlete_and_affects_nobody_else(make_team: Any) -> None:
    team = make_team()
    revoked, active = team.athlete_ids
    team.world.revoke(revoked)
    with pytest.raises(RunFailed, match=f"athlete {revoked}.*consent"):
        team.pull(**team.all_days())
    expected = {key: value for key, value in team.expected_metrics().items() if key[0] == active}
    assert team.metrics() == expected
    counts = team.pull(**team.all_days())
    assert counts["warnings"] == 1
    assert counts["skipped"] > 0
    assert requested(team.world, athlete_id=active)


def test_an_athlete_whose_membership_ended_is_marked_inactive_and_then_skipped(make_team: Any) -> None:
    team = make_team()
    team.world.deactivate(team.athlete_ids[0])
    with pytest.raises(RunFailed, match=f"athlete {team.athlete_ids[0]}.*membership"):
        team.pull()
    states = dict(team.rows("select athlete_id, grant_state from analytics.athletes"))
    assert states == {team.athlete_ids[0]: "inactive", team.athlete_ids[1]: "active"}
    assert team.pull()["warnings"] >= 1


def test_a_token_that_expires_between_pages_is_refreshed(make_team: Any) -> None:
    team = make_team(token_seconds=1, days=60)
    for athlete_id in team.athlete_ids:
        team.world.expire(athlete_id)
    team.pull(**team.all_days())
    assert team.metrics() == team.expected_metrics()


def test_slices_that_have_landed_are_not_requested_again(make_team: Any) -> None:
    team = make_team()
    run_id, chunks = team.validate(**team.all_days())
    team.world.add_fault("status", status=503, times=1000, athlete_id=team.athlete_ids[1], collection="workout")
    with pytest.raises(RunFailed):
        team.pull(run_id, **team.all_days())
    team.world.faults.clear()
    team.world.requests.clear()
    team.pull(run_id, **team.all_days())
    paths = {(each["athlete_id"], each["path"]) for each in requested(team.world)}
    assert paths == {(team.athlete_ids[1], "/developer/v2/activity/workout")}
    assert len(requested(team.world)) <= 2 * len(chunks)
    assert team.metrics() == team.expected_metrics()


def test_the_pull_log_never_contains_a_token_or_a_health_value(
    make_team: Any, caplog: pytest.LogCaptureFixture
) -> None:
    team = make_team(athletes=1)
    caplog.set_level("DEBUG")
    cycle = team.world.records[team.athlete_ids[0], "cycle"][2]
    team.world.patch(
        team.athlete_ids[0], "cycle", cycle.id, {"score": {"strain": 13.37133713, "kilojoule": 12345.678912}}
    )
    team.pull(**team.all_days())
    text = caplog.text + str(team.rows("select * from ops.slices"))
    tokens = [token for grant in team.world.grants._grants for token in (grant.access_token, grant.refresh_token)]
    assert "landed athlete=" in text
    for secret in [*tokens, team.world.client_secret, "13.37133713", "12345.678912"]:
        assert secret not in text


def test_sql_in_a_name_from_whoop_is_stored_as_text(make_team: Any) -> None:
    team = make_team(enrol=False, athletes=1, days=5)
    (athlete,) = team.world.athletes.values()
    athlete.first_name = SQL_INJECTION
    team.enrol()
    team.pull(**team.all_days())
    assert team.rows("select first_name from ops.athletes") == [(SQL_INJECTION,)]
    assert team.metrics() == team.expected_metrics()
