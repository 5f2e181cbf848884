"""Answers that look like the end of a grant: only WHOOP's own error codes end one. Others are caught up later."""

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import Team, connect, requested
from tests.faults.fault_scenario import FaultScenario, run_in_child
from tests.whoop.fakes import scripted
from wearables.core.errors import PermanentError, RunFailed, SourceUnavailable
from wearables.pipeline.check import check
from wearables.pipeline.extract import extract
from wearables.whoop import refresh_lease

ALWAYS = 10_000
DATA_FAULTS = {
    "401 to everybody": {"kind": "json", "status": 401, "body": {"error": "unauthorized"}},
    "401 without a body": {"kind": "bare", "status": 401},
    "403 with a firewall's page": {"kind": "status", "status": 403},
    "403 with another JSON body": {"kind": "json", "status": 403, "body": {"error": "forbidden"}},
    "403 without a body": {"kind": "bare", "status": 403},
    "a proxy's page with 200": {"kind": "status", "status": 200},
    "a proxy's redirect": {"kind": "bare", "status": 302},
}
TOKEN_FAULTS = {
    "token endpoint: 401 without a body": {"kind": "bare", "status": 401},
    "token endpoint: 400 with a proxy's page": {"kind": "status", "status": 400},
    "token endpoint: 403 with a firewall's page": {"kind": "status", "status": 403},
    "token endpoint: 200 with a proxy's page": {"kind": "status", "status": 200},
    "token endpoint: 401 with another error code": {"kind": "json", "status": 401, "body": {"error": "token_inactive"}},
    "token endpoint: 400 with JSON of another kind": {"kind": "json", "status": 400, "body": {"message": "no"}},
}


def states(team: Team) -> list[str]:
    return [state for (state,) in team.rows("select grant_state from analytics.athletes order by athlete_id")]


def refreshes(team: Team) -> int:
    return sum(each["path"].endswith("/token") and each["status"] == 200 for each in team.world.requests)


@pytest.mark.parametrize("name", DATA_FAULTS)
def test_a_data_endpoint_that_refuses_everybody_ends_no_grant(
    make_team: Any, record_property: Callable, name: str
) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, name, record_property)
    team.world.add_fault(**DATA_FAULTS[name], times=ALWAYS)
    assert not scenario.attempt()
    assert states(team) == ["active", "active"]
    # Each token was renewed once, although every collection of every chunk was refused.
    assert refreshes(team) == (2 if name.startswith("401") else 0)
    team.world.faults.clear()
    scenario.recover()


@pytest.mark.parametrize("name", TOKEN_FAULTS)
def test_a_token_endpoint_that_does_not_name_the_grant_ends_none(
    make_team: Any, record_property: Callable, name: str
) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, name, record_property)
    for athlete_id in team.athlete_ids:
        team.world.expire(athlete_id)
    team.world.add_fault(**TOKEN_FAULTS[name], collection="token", times=ALWAYS)
    for chunk in scenario.chunks:
        with pytest.raises(SourceUnavailable):
            extract(team.integration, scenario.run_id, chunk)
    with pytest.raises(RunFailed):
        check(team.integration, scenario.run_id)
    assert states(team) == ["active", "active"]
    team.world.faults.clear()
    scenario.recover()


def test_one_athletes_refused_token_does_not_affect_the_others(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, "401 to one athlete", record_property)
    refused, healthy = team.athlete_ids
    team.world.add_fault(**DATA_FAULTS["401 to everybody"], times=ALWAYS, athlete_id=refused)
    assert not scenario.attempt()
    assert {key[0] for key in team.metrics()} == {healthy}
    team.world.faults.clear()
    scenario.recover()


def test_an_inactive_athlete_is_asked_again_once_a_day_and_returns(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, "deactivated_user, then a renewed membership", record_property)
    away = team.athlete_ids[1]
    team.world.deactivate(away)
    assert not scenario.attempt()
    assert states(team) == ["active", "inactive"]
    assert len(requested(team.world, status=403)) == 1

    # On the same day nobody asks again; on the next day one request is refused, which is a warning.
    team.pull(**team.all_days())
    assert len(requested(team.world, status=403)) == 1
    pass_a_day(team)
    team.pull(**team.all_days())
    assert len(requested(team.world, status=403)) == 2
    assert states(team) == ["active", "inactive"]

    team.world.activate(away)
    pass_a_day(team)
    scenario.recover()
    assert states(team) == ["active", "active"]


def test_a_task_is_killed_while_whoop_renews_a_token(
    make_team: Any, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_lease, "LEASE_SECONDS", 1)
    monkeypatch.setattr(refresh_lease, "EXTEND_SECONDS", 0.1)
    team = make_team(days=20)
    scenario = FaultScenario(team, "SIGKILL while a token is renewed", record_property)
    for athlete_id in team.athlete_ids:
        team.world.expire(athlete_id)
    team.world.add_fault("slow", collection="token", seconds=5)
    child = run_in_child(lambda: extract(team.integration, scenario.run_id, scenario.chunks[0]))
    while team.world.faults[0].times:
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert team.rows("select count(*) from vault.refresh_attempts where holder is not null") == [(1,)]
    assert scenario.attempt()
    assert states(team) == ["active", "active"]
    scenario.recover()


def test_a_connection_is_pointed_to_a_host_that_is_not_allowed(
    make_team: Any, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(days=20)
    scenario = FaultScenario(team, "the connection names a host that is not allowed", record_property)
    whoop, client = team.world.url, (team.world.client_id, team.world.client_secret)
    monkeypatch.setenv("WEARABLES_WHOOP_HOSTS", whoop.removeprefix("http://"))
    with scripted() as attacker:
        connect(monkeypatch, attacker.url, *client)
        with pytest.raises(PermanentError, match="is not allowed"):
            scenario.attempt()
        for chunk in scenario.chunks:
            with pytest.raises(PermanentError, match="is not allowed"):
                extract(team.integration, scenario.run_id, chunk)
        assert attacker.asked == []
    connect(monkeypatch, whoop, *client)
    assert scenario.attempt()
    scenario.recover()


def pass_a_day(team: Team) -> None:
    with team.engine.begin() as connection:
        connection.exec_driver_sql("update vault.grants set ask_again_at = ask_again_at - interval '1 day'")
