"""Whatever WHOOP does, a rerun ends with the rows of an undisturbed pull."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.fault_scenario import Ordeal, Watched
from wearables.athletes.enrolment import enroll
from wearables.sandbox.limits import Limits
from wearables.whoop import budget

PASSING = {
    "429 with X-RateLimit-Reset": {"kind": "rate_limited", "seconds": 0.2, "times": 3},
    "429 without headers": {"kind": "rate_limited_bare", "times": 2},
    "500": {"kind": "status", "status": 500, "times": 3},
    "502 with HTML": {"kind": "status", "status": 502, "times": 3},
    "503": {"kind": "status", "status": 503, "times": 3},
    "408": {"kind": "status", "status": 408, "times": 2},
    "hang-up before the body": {"kind": "disconnect", "times": 3},
    "hang-up within the body": {"kind": "truncated", "times": 3},
    "empty body": {"kind": "empty", "times": 3},
    "slow answers": {"kind": "slow", "seconds": 0.3, "times": 3},
    "malformed JSON once": {"kind": "malformed", "times": 1},
    "repeated page token once": {"kind": "repeat_token", "times": 2, "collection": "sleep"},
}
LASTING = {
    "500 that outlasts its retries": {"kind": "status", "status": 500},
    "malformed JSON for good": {"kind": "malformed"},
    "repeated page token for good": {"kind": "repeat_token"},
    "400": {"kind": "status", "status": 400},
    "404": {"kind": "status", "status": 404},
}


@pytest.fixture(autouse=True)
def short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare 429 pauses for a minute; here for a moment."""
    monkeypatch.setattr(budget, "DEFAULT_PAUSE_SECONDS", 0.2)


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_fails_no_pull(team: Any, record_property: Callable, name: str) -> None:
    squad = team(days=50)
    ordeal = Ordeal(squad, name, record_property)
    squad.world.add_fault(**PASSING[name])
    assert ordeal.try_once()
    ordeal.finish()


@pytest.mark.parametrize("name", LASTING)
def test_a_lasting_fault_fails_the_pull_and_harms_only_its_own_answers(
    team: Any, record_property: Callable, name: str
) -> None:
    squad = team(days=50)
    ordeal = Ordeal(squad, name, record_property)
    sick, well = squad.athlete_ids
    squad.world.add_fault(**LASTING[name], times=10_000, athlete_id=sick, collection="workout")
    assert not ordeal.try_once()
    truth = squad.truth()
    assert {key: value for key, value in squad.metrics().items() if key[0] == well} == {
        key: value for key, value in truth.items() if key[0] == well
    }
    squad.world.faults.clear()
    ordeal.finish()


def test_a_token_that_dies_between_pages(team: Any, record_property: Callable) -> None:
    squad = team(days=60)
    ordeal = Ordeal(squad, "token expires between pages", record_property)

    def expire(count: int) -> None:
        last = squad.world.requests[-1]
        # Not right after a refresh: WHOOP does not refuse what it has just given.
        if count % 4 == 0 and last["athlete_id"]:
            squad.world.expire(last["athlete_id"])

    squad.world.requests = Watched(expire)
    assert ordeal.try_once()
    ordeal.finish()


@pytest.mark.parametrize("trouble", ["revoke", "deactivate"])
def test_a_grant_that_ends_within_a_pull(team: Any, record_property: Callable, trouble: str) -> None:
    squad = team(days=50)
    ordeal = Ordeal(squad, f"{trouble} within a pull", record_property)
    athlete_id = squad.athlete_ids[1]

    def end(count: int) -> None:
        if count == 15:
            getattr(squad.world, trouble)(athlete_id)

    squad.world.requests = Watched(end)
    assert not ordeal.try_once()
    squad.world.activate(athlete_id)
    enroll(squad.name, squad.world.consent(athlete_id).refresh_token)
    ordeal.finish()


def test_whoop_rotates_the_tokens_and_drops_the_connection(team: Any, record_property: Callable) -> None:
    squad = team(days=20)
    athlete_id = squad.athlete_ids[0]
    ordeal = Ordeal(squad, "tokens rotated, answer lost", record_property)
    squad.world.expire(athlete_id)

    def lose_the_refresh(count: int) -> None:
        if squad.world.requests[-1]["status"] == 401:
            squad.world.add_fault("disconnect", collection="token")

    squad.world.requests = Watched(lose_the_refresh)
    assert not ordeal.try_once()
    states = dict(squad.rows("select athlete_id, grant_state from analytics.athletes"))
    assert states == {athlete_id: "reconnect", squad.athlete_ids[1]: "active"}
    enroll(squad.name, squad.world.consent(athlete_id).refresh_token)
    ordeal.finish()


def test_records_that_change_and_vanish_between_pages(team: Any, record_property: Callable) -> None:
    squad = team(days=60)
    ordeal = Ordeal(squad, "records change and vanish between pages", record_property)
    athlete_id = squad.athlete_ids[0]

    def disturb(count: int) -> None:
        workouts = squad.world.records[athlete_id, "workout"]
        if count in (3, 7, 12, 20):
            squad.world.delete(athlete_id, "workout", workouts[count].id)
            squad.world.patch(athlete_id, "workout", workouts[count + 1].id, {"score": {"kilojoule": 1000.0 + count}})

    squad.world.requests = Watched(disturb)
    ordeal.try_once()
    squad.world.requests = []
    ordeal.finish()


def test_records_that_appear_between_pages(team: Any, record_property: Callable) -> None:
    squad = team(days=60)
    athlete_id = squad.athlete_ids[0]
    workouts = squad.world.records[athlete_id, "workout"]
    late = [workouts.pop(index) for index in (2, 9, 15)]
    ordeal = Ordeal(squad, "records appear between pages", record_property)

    def appear(count: int) -> None:
        if count in (2, 6, 10) and late:
            workouts.append(late.pop())
            workouts.sort(key=lambda each: (each.start, each.id), reverse=True)

    squad.world.requests = Watched(appear)
    ordeal.try_once()
    assert not late
    ordeal.finish()


def test_a_day_s_budget_that_is_used_up(team: Any, record_property: Callable) -> None:
    squad = team(days=60)
    ordeal = Ordeal(squad, "the day's budget is used up", record_property)
    squad.world.limits = Limits(per_minute=1000, per_day=12)
    assert not ordeal.try_once()
    (errors,) = zip(*squad.rows("select distinct error from ops.slices where state = 'failed'"), strict=True)
    assert all("kept" in error for error in errors)
    assert squad.rows("select count(*) from raw.records")[0][0] > 0
    squad.world.limits = Limits(per_minute=100_000, per_day=1_000_000)
    with squad.engine.begin() as connection:
        connection.exec_driver_sql("update ops.request_budgets set resets_at = now(), remaining = null")
        connection.exec_driver_sql("""update ops.request_budgets set limits = '{"60": 100000}'""")
    ordeal.finish()
