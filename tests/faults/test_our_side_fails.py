"""Faults on our side: after a rerun, the rows must equal those of a pull without a fault."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.faults.fault_scenario import FaultScenario, WatchedRequests, run_in_child
from wearables.core.errors import LandingUnavailable
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline import merge
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables_dev.local.postgres import Server

KILLS = 20
PROCESSES, REFRESHES_EACH = 2, 100


@pytest.mark.parametrize("number", range(KILLS))
def test_a_task_is_killed_at_a_random_point(make_team: Any, record_property: Callable, number: int) -> None:
    team = make_team(days=50, seed=number)
    scenario = FaultScenario(team, f"SIGKILL at random point {number + 1:2}", record_property)
    rng = random.Random(number)
    request, delay = rng.randint(1, 30), rng.choice([0.0, rng.uniform(0, 0.4)])
    child = 0

    def kill(count: int) -> None:
        if count == request:
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)

    team.world.requests = WatchedRequests(kill)
    child = run_in_child(scenario.attempt)
    os.waitpid(child, 0)
    team.world.requests = WatchedRequests(lambda count: None)
    assert scenario.attempt()
    scenario.recover()


def test_the_warehouse_restarts_during_staging(
    make_team: Any, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, "the warehouse restarts during staging", record_property)
    for chunk in scenario.chunks:
        extract(team.integration, scenario.run_id, chunk)

    def restart_before_insert(connection: Any, name: str, **parameters: Any) -> Any:
        if name == "pipeline/stage/insert":
            restart(team.engine)
        return run_sql(connection, name, **parameters)

    monkeypatch.setattr(merge, "run_sql", restart_before_insert)
    with pytest.raises(Exception, match="PostgreSQL"):
        stage(team.integration, scenario.run_id, scenario.chunks[0])
    monkeypatch.setattr(merge, "run_sql", run_sql)
    assert team.rows("select count(*) from raw.records") == [(0,)]
    assert scenario.attempt()
    scenario.recover()


def restart(engine: Engine) -> None:
    """Stop the server without a clean shutdown, as in a crash, and start it again."""
    with transaction(engine) as connection:
        data = connection.exec_driver_sql("show data_directory").scalar_one()
        # Unlike a real one, the server of the tests does not flush at every commit.
        connection.exec_driver_sql("checkpoint")
    url = engine.url
    server = Server(home=Path(data).parent, port=url.port, password=url.password)
    server.stop("immediate")
    server.start()


def test_the_disk_of_the_landing_zone_is_full(make_team: Any, record_property: Callable) -> None:
    team = make_team(days=50)
    scenario = FaultScenario(team, "the landing zone's disk is full", record_property)
    chunk = scenario.chunks[0]
    extract(team.integration, scenario.run_id, chunk)
    (path,) = team.rows("select path from ops.slices where path is not null order by athlete_id limit 1")[0]
    records = Path(path.removeprefix("file://") + ".ndjson.gz")
    records.unlink()
    # Writing to this device fails as if the disk were full.
    records.symlink_to("/dev/full")
    with pytest.raises(LandingUnavailable, match="No space left"):
        extract(team.integration, scenario.run_id, chunk)
    records.unlink()
    assert scenario.attempt()
    scenario.recover()


def test_two_processes_refreshing_the_same_grant_never_send_a_used_token(
    make_team: Any, record_property: Callable
) -> None:
    team = make_team(athletes=1, days=5)
    scenario = FaultScenario(team, f"{PROCESSES * REFRESHES_EACH} refreshes by {PROCESSES} processes", record_property)
    athlete_id = team.athlete_ids[0]

    def refresh_repeatedly() -> None:
        hook = WhoopHook("team")
        grants = Grants(warehouse(), "team", hook.token_endpoint)
        for _ in range(REFRESHES_EACH):
            grants.access_token(athlete_id, grants.access_token(athlete_id))
        hook.close()

    children = [run_in_child(refresh_repeatedly) for _ in range(PROCESSES)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * PROCESSES
    refreshes = [each["status"] for each in team.world.requests if each["path"].endswith("/token")]
    assert set(refreshes) == {200}
    assert len(refreshes) >= REFRESHES_EACH
    team.world.requests.clear()
    assert scenario.attempt()
    scenario.recover()
