"""Whatever breaks on our side, a rerun ends with the rows of an undisturbed pull."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.faults.fault_scenario import Ordeal, Watched
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.local.postgres import Server
from wearables.pipeline import merge as merging
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook

KILLS = 20
REFRESHERS, REFRESHES_EACH = 2, 100


def in_a_process_of_its_own(work: Callable[[], None]) -> int:
    """Fork; the child does the work with connections of its own. Returns its process id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        # The parent's connections belong to the parent: they are left alone, not closed.
        warehouse.cache_clear()
        work()
        status = 0
    finally:
        os._exit(status)


@pytest.mark.parametrize("number", range(KILLS))
def test_a_task_that_is_killed_at_a_random_point(team: Any, record_property: Callable, number: int) -> None:
    squad = team(days=50, seed=number)
    ordeal = Ordeal(squad, f"SIGKILL at random point {number + 1:2}", record_property)
    dice = random.Random(number)
    request, delay = dice.randint(1, 30), dice.choice([0.0, dice.uniform(0, 0.4)])
    child = 0

    def kill(count: int) -> None:
        if count == request:
            time.sleep(delay)
            os.kill(child, signal.SIGKILL)

    squad.world.requests = Watched(kill)
    child = in_a_process_of_its_own(ordeal.try_once)
    os.waitpid(child, 0)
    squad.world.requests = Watched(lambda count: None)
    assert ordeal.try_once()
    ordeal.finish()


def test_the_warehouse_restarts_within_staging(
    team: Any, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    squad = team(days=50)
    ordeal = Ordeal(squad, "the warehouse restarts within staging", record_property)
    for chunk in ordeal.chunks:
        extract(squad.integration, ordeal.run_id, chunk)

    def restart_first(connection: Any, name: str, **parameters: Any) -> Any:
        if name == "pipeline/stage/insert":
            restart(squad.engine)
        return run_sql(connection, name, **parameters)

    monkeypatch.setattr(merging, "run_sql", restart_first)
    with pytest.raises(Exception, match="PostgreSQL"):
        stage(squad.integration, ordeal.run_id, ordeal.chunks[0])
    monkeypatch.setattr(merging, "run_sql", run_sql)
    assert squad.rows("select count(*) from raw.records") == [(0,)]
    assert ordeal.try_once()
    ordeal.finish()


def restart(engine: Engine) -> None:
    """Stop the server as a crash would, and start it again."""
    with transaction(engine) as connection:
        data = connection.exec_driver_sql("show data_directory").scalar_one()
    url = engine.url
    server = Server(home=Path(data).parent, port=url.port, password=url.password)
    server.stop("immediate")
    server.start()


def test_the_disk_of_the_landing_zone_is_full(team: Any, record_property: Callable) -> None:
    squad = team(days=50)
    ordeal = Ordeal(squad, "the landing zone's disk is full", record_property)
    chunk = ordeal.chunks[0]
    extract(squad.integration, ordeal.run_id, chunk)
    (path,) = squad.rows("select path from ops.slices where collection = 'workout' order by athlete_id limit 1")[0]
    manifest, records = (Path(path.removeprefix("file://") + end) for end in (".manifest.json", ".ndjson.gz"))
    manifest.unlink()
    records.unlink()
    # Writing to this device fails as a full disk does.
    records.symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        extract(squad.integration, ordeal.run_id, chunk)
    records.unlink()
    assert ordeal.try_once()
    ordeal.finish()


def test_two_processes_that_refresh_the_same_grant_never_send_a_dead_token(
    team: Any, record_property: Callable
) -> None:
    squad = team(athletes=1, days=5)
    ordeal = Ordeal(squad, f"{REFRESHERS * REFRESHES_EACH} refreshes by {REFRESHERS} processes", record_property)
    athlete_id = squad.athlete_ids[0]

    def refresh_again_and_again() -> None:
        hook = WhoopHook("team")
        grants = Grants(warehouse(), "team", hook.token_endpoint)
        for _ in range(REFRESHES_EACH):
            grants.access_token(athlete_id, grants.access_token(athlete_id))
        hook.close()

    children = [in_a_process_of_its_own(refresh_again_and_again) for _ in range(REFRESHERS)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * REFRESHERS
    refreshes = [each["status"] for each in squad.world.requests if each["path"].endswith("/token")]
    assert set(refreshes) == {200}
    assert len(refreshes) >= REFRESHES_EACH
    squad.world.requests.clear()
    assert ordeal.try_once()
    ordeal.finish()
