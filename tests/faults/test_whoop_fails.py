"""Faults at WHOOP: after a rerun, the rows must equal those of a pull without a fault."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.fault_scenario import FaultScenario, WatchedRequests
from wearables.athletes.enrolment import enrol
from wearables.whoop import budget
from wearables_dev.sandbox.limits import Limits

TRANSIENT = {
    "429 with X-RateLimit-Reset": {"kind": "rate_limited", "seconds": 0.2, "times": 3},
    "429 without headers": {"kind": "rate_limited_bare", "times": 2},
    "500": {"kind": "status", "status": 500, "times": 3},
    "502 with HTML": {"kind": "status", "status": 502, "times": 3},
    "503": {"kind": "status", "status": 503, "times": 3},
    "408": {"kind": "status", "status": 408, "times": 2},
    "connection dropped before the body": {"kind": "disconnect", "times": 3},
    "connection dropped within the body": {"kind": "truncated", "times": 3},
    "empty body": {"kind": "empty", "times": 3},
    "slow answers": {"kind": "slow", "seconds": 0.3, "times": 3},
    "malformed JSON once": {"kind": "malformed", "times": 1},
    "repeated page token once": {"kind": "repeat_token", "times": 2, "collection": "sleep"},
}
PERSISTENT = {
    "500 that outlasts its retries": {"kind": "status", "status": 500},
    "malformed JSON every time": {"kind": "malformed"},
    "repeated page token every time": {"kind": "repeat_token"},
    "400": {"kind": "status", "status": 400},
    "404": {"kind": "status", "status": 404},
}


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pause after a 429 without headers, which is a minute by default."""
    monkeypatch.setattr(budget, "DEFAULT_PAUSE_SECONDS", 0.2)


@pytest.mark.parametrize("name", TRANSIENT)
def test_a_transient_fault_does_not_fail_the_pull(make_team: Any, record_property: Callable, name: str) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, name, record_property)
    team.world.add_fault(**TRANSIENT[name])
    assert scenario.attempt()
    scenario.recover()


@pytest.mark.parametrize("name", PERSISTENT)
def test_a_persistent_fault_fails_the_pull_and_affects_no_other_athlete(
    make_team: Any, record_property: Callable, name: str
) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, name, record_property)
    affected, healthy = team.athlete_ids
    team.world.add_fault(**PERSISTENT[name], times=10_000, athlete_id=affected, collection="workout")
    assert not scenario.attempt()
    expected = team.expected_metrics()
    assert {key: value for key, value in team.metrics().items() if key[0] == healthy} == {
        key: value for key, value in expected.items() if key[0] == healthy
    }
    team.world.faults.clear()
    scenario.recover()


def test_a_token_expires_between_pages(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=120)
    scenario = FaultScenario(team, "token expires between pages", record_property)

    def expire(count: int) -> None:
        last = team.world.requests[-1]
        # Requests without an athlete are refreshes: WHOOP does not reject a token that it has just issued. Several
        # answers are in flight, so leave them time to be sent again with the new token.
        if count % 20 == 0 and last["athlete_id"]:
            team.world.expire(last["athlete_id"])

    team.world.requests = WatchedRequests(expire)
    assert scenario.attempt()
    scenario.recover()


@pytest.mark.parametrize("ending", ["revoke", "deactivate"])
def test_a_grant_ends_during_a_pull(make_team: Any, record_property: Callable, ending: str) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, f"{ending} during a pull", record_property)
    athlete_id = team.athlete_ids[1]

    def end(count: int) -> None:
        if count == 15:
            getattr(team.world, ending)(athlete_id)

    team.world.requests = WatchedRequests(end)
    assert not scenario.attempt()
    team.world.activate(athlete_id)
    enrol(team.name, team.world.consent(athlete_id).refresh_token)
    scenario.recover()


def test_whoop_rotates_the_tokens_but_drops_the_connection(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=20)
    athlete_id = team.athlete_ids[0]
    scenario = FaultScenario(team, "tokens rotated, response lost", record_property)
    team.world.expire(athlete_id)

    def drop_the_refresh(count: int) -> None:
        if team.world.requests[-1]["status"] == 401:
            team.world.add_fault("disconnect", collection="token")

    team.world.requests = WatchedRequests(drop_the_refresh)
    assert not scenario.attempt()
    states = dict(team.rows("select athlete_id, grant_state from analytics.athletes"))
    assert states == {athlete_id: "reconnect", team.athlete_ids[1]: "active"}
    enrol(team.name, team.world.consent(athlete_id).refresh_token)
    scenario.recover()


def test_records_change_and_disappear_between_pages(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=60)
    scenario = FaultScenario(team, "records change and disappear between pages", record_property)
    athlete_id = team.athlete_ids[0]

    def disturb(count: int) -> None:
        workouts = team.world.records[athlete_id, "workout"]
        if count in (3, 7, 12, 20):
            team.world.delete(athlete_id, "workout", workouts[count].id)
            team.world.patch(athlete_id, "workout", workouts[count + 1].id, {"score": {"kilojoule": 1000.0 + count}})

    team.world.requests = WatchedRequests(disturb)
    scenario.attempt()
    team.world.requests = []
    scenario.recover()


def test_records_appear_between_pages(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=60)
    athlete_id = team.athlete_ids[0]
    workouts = team.world.records[athlete_id, "workout"]
    late = [workouts.pop(index) for index in (2, 9, 15)]
    scenario = FaultScenario(team, "records appear between pages", record_property)

    def appear(count: int) -> None:
        if count in (2, 6, 10) and late:
            workouts.append(late.pop())
            workouts.sort(key=lambda each: (each.start, each.id), reverse=True)

    team.world.requests = WatchedRequests(appear)
    scenario.attempt()
    assert not late
    scenario.recover()


def test_the_daily_budget_is_exhausted(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=60)
    scenario = FaultScenario(team, "the daily budget is exhausted", record_property)
    team.world.limits = Limits(per_minute=1000, per_day=12)
    assert not scenario.attempt()
    (errors,) = zip(*team.rows("select distinct error from ops.slices where state = 'failed'"), strict=True)
    assert all("kept" in error for error in errors)
    assert team.rows("select count(*) from raw.records")[0][0] > 0
    team.world.limits = Limits(per_minute=100_000, per_day=1_000_000)
    with team.engine.begin() as connection:
        connection.exec_driver_sql("update ops.request_budgets set resets_at = now(), remaining = null")
        connection.exec_driver_sql("""update ops.request_budgets set limits = '{"60": 100000}'""")
    scenario.recover()
