"""Faults of whole runs: outages, lost consents and budgets that are too small. A later scheduled run repairs them."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import Team
from tests.faults.fault_scenario import FaultScenario
from wearables.athletes.enrolment import enrol
from wearables.core.errors import PermanentError
from wearables.pipeline.check import check
from wearables.pipeline.repair import pull_missing
from wearables.whoop import transport
from wearables_dev.sandbox.limits import Limits

Begin = Callable[[str], FaultScenario]
OUTAGE: dict[str, Any] = {"status": 503, "times": 1_000_000}


@pytest.fixture
def team(make_team: Callable[..., Team], monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.setattr(transport, "LONGEST_BACKOFF_SECONDS", 0)
    first_day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=60)
    return make_team({"start_date": str(first_day)}, athletes=4, days=50)


@pytest.fixture
def begin(team: Team, record_property: Callable) -> Begin:
    """Return a function that plans a scheduled pull; its argument names the fault."""
    return lambda fault: FaultScenario(team, fault, record_property, run_type="scheduled")


def consent_again(team: Team, *athletes: int) -> None:
    for athlete_id in athletes:
        enrol(team.name, team.world.consent(athlete_id).refresh_token)


def test_whoop_is_down_for_everybody(begin: Begin) -> None:
    scenario = begin("WHOOP answers nobody during a scheduled run")
    scenario.team.world.add_fault("status", **OUTAGE)
    assert not scenario.attempt()
    scenario.team.world.faults.clear()
    assert scenario.attempt()
    scenario.recover()


def test_one_collection_of_one_athlete_fails(begin: Begin) -> None:
    scenario = begin("one collection of one athlete fails for a whole run")
    team = scenario.team
    team.world.add_fault("status", athlete_id=team.athlete_ids[1], collection="sleep", **OUTAGE)
    assert not scenario.attempt()
    assert {row[0] for row in team.rows("select distinct athlete_id from raw.records")} == set(team.athlete_ids)
    team.world.faults.clear()
    scenario.recover()


def test_an_athlete_is_out_for_weeks(begin: Begin) -> None:
    scenario = begin("an athlete loses the grant and consents again weeks later")
    team = scenario.team
    team.world.revoke(team.athlete_ids[0])
    assert not scenario.attempt()
    consent_again(team, team.athlete_ids[0])
    scenario.recover()


def test_nobody_can_be_asked(begin: Begin) -> None:
    scenario = begin("every grant is lost; runs that can ask nobody")
    team = scenario.team
    for athlete_id in team.athlete_ids:
        team.world.revoke(athlete_id)
    assert not scenario.attempt()
    for _ in range(2):
        with pytest.raises(PermanentError, match="No athlete can be asked"):
            team.pull(run_type="scheduled")
    assert team.rows("select count(*) from ops.watermarks") == [(0,)]
    consent_again(team, *team.athlete_ids)
    scenario.recover()


def test_a_cleared_check(begin: Begin) -> None:
    scenario = begin("the cleared check of a run whose athlete has consented again")
    team = scenario.team
    team.world.revoke(team.athlete_ids[3])
    assert not scenario.attempt()
    consent_again(team, team.athlete_ids[3])
    pull_missing(team.integration, scenario.run_id)
    assert check(team.integration, scenario.run_id)["staged"]
    team.world.requests.clear()
    scenario.recover()


def test_the_budget_is_too_small_for_the_history(begin: Begin) -> None:
    scenario = begin("the daily budget is too small for the history")
    team = scenario.team
    team.world.limits = Limits(per_minute=1000, per_day=60)
    assert scenario.attempt()
    assert team.rows("select count(*) > 0 from ops.slices where state = 'deferred'") == [(True,)]
    team.world.limits = Limits(per_minute=100_000, per_day=1_000_000)
    team.rows(
        "update ops.request_budgets set resets_at = now(), remaining = null, limits = '{\"60\": 9999}' returning 1"
    )
    scenario.recover()
