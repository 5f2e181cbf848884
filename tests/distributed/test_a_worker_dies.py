"""Two workers pull data, and one dies in the middle of a batch. The rows equal those of an undisturbed pull."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from dotenv import dotenv_values

from tests import fakes
from tests.distributed.cluster import PASSWORD, Cluster
from wearables.pipeline.extraction import IN_FLIGHT
from wearables_dev.local import demo_athletes
from wearables_dev.local.airflow_api import AirflowApi

# These days are over in every time zone, so their values do not change during the test.
LAST = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3)
FIRST = LAST - dt.timedelta(days=55)
SLOWLY = {"kind": "slow", "times": 100_000, "seconds": 3}
# Each chunk has two tasks: one for every second athlete, and one for the others.
LANDED = """
with numbered as (
    select
        chunk_number * 2 + (dense_rank() over (order by athlete_id) - 1) % 2 as map_index,
        state
    from ops.slices
)

select map_index, count(*) filter (where state = 'landed'), count(*) filter (where state <> 'planned')
from numbered
group by map_index
"""
RECORDS = """
select integration, collection, athlete_id, record_id, payload::text, source_updated_at, superseded_at is null,
    deleted_at is null
from raw.records order by 1, 2, 3, 4, 6
"""
METRICS = """
select integration, athlete_id, metric_date, metric, value, unit, is_provisional, source_record_id
from analytics.metrics order by 1, 2, 3, 4
"""
WAIT_SECONDS = 200


def test_killing_a_worker_within_a_chunk_costs_only_one_retry(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", cluster.settings["AIRFLOW__API__BASE_URL"])
    airflow = AirflowApi("admin", "distributed")
    airflow.save_connection(demo_athletes.CONNECTION | {"host": cluster.sandbox})
    cluster.run("-c", "from wearables_dev.local import demo_athletes; demo_athletes.enrol()")
    airflow.wait_for_dag(demo_athletes.INTEGRATION)
    _sandbox(cluster, "POST", "faults", SLOWLY)
    _sandbox(cluster, "DELETE", "requests")
    run_id = airflow.trigger(demo_athletes.INTEGRATION, {"start_date": str(FIRST), "end_date": str(LAST)})
    chunk, victim = _until(lambda: _within_a_chunk(cluster, airflow, run_id))
    _knows_no_more_than_it_needs(cluster, victim)
    cluster.lose_worker(victim)
    _sandbox(cluster, "DELETE", "faults")
    _until(lambda: airflow.run_state(demo_athletes.INTEGRATION, run_id) in {"success", "failed"})

    tasks = _instances(airflow, run_id)
    assert {task["state"] for task in tasks} == {"success"}, tasks
    retried = {(task["task_id"], task["map_index"]) for task in tasks if task["try_number"] > 1}
    assert retried == {("extract", chunk)}
    _logs_are_complete(cluster, airflow, run_id, tasks)
    requests_sent = _data_requests(cluster)

    cluster.rows("postgres", "create database alone")
    _sandbox(cluster, "DELETE", "requests")
    alone = {
        "AIRFLOW_CONN_WAREHOUSE": cluster.database("alone").render_as_string(False),
        "WEARABLES_LANDING": (tmp_path / "alone").as_uri(),
    }
    cluster.run("-m", "tests.distributed.alone", str(FIRST), str(LAST), **alone)
    for query in (RECORDS, METRICS):
        rows = cluster.rows("warehouse", query)
        assert rows == cluster.rows("alone", query)
        assert rows
    # Only the interrupted requests are repeated.
    assert 0 <= requests_sent - _data_requests(cluster) <= IN_FLIGHT + 1
    assert any(key.startswith("zone/whoop_demo/") for key in fakes.keys(cluster.bucket))
    assert not (cluster.home / "landing").exists()


def _within_a_chunk(cluster: Cluster, airflow: AirflowApi, run_id: str) -> tuple[int, str] | None:
    """Return a partly landed chunk and its worker, or None until both workers are busy."""
    busy = {
        task["map_index"]: task["hostname"]
        for task in _instances(airflow, run_id)
        if task["task_id"] == "extract" and task["state"] == "running"
    }
    if set(busy.values()) != {"one", "two"}:
        return None
    for number, landed, begun in cluster.rows("warehouse", LANDED):
        if number in busy and 0 < landed < begun:
            return number, busy[number]
    return None


def _knows_no_more_than_it_needs(cluster: Cluster, worker: str) -> None:
    """Assert that neither the worker nor its tasks know a password or key beyond those of docker-compose.yaml."""
    secrets = dotenv_values(cluster.home / "local" / "secrets.env")
    process = psutil.Process(cluster.workers[worker].pid)
    known = [each.environ() for each in (process, *process.children(recursive=True))]
    assert len(known) > 1
    for environment in known:
        text = str(environment)
        found = {name for name, secret in secrets.items() if secret and secret in text}
        assert found <= {"WEARABLES_GRANT_KEYS", "WAREHOUSE_DB_PASSWORD"}
        assert f"{PASSWORD}@" not in text


def _logs_are_complete(cluster: Cluster, airflow: AirflowApi, run_id: str, tasks: list[dict]) -> None:
    """Assert that the UI can show the log of every staged chunk, even if its worker is dead."""
    for task in tasks:
        if task["task_id"] == "stage":
            path = f"taskInstances/stage/logs/{task['try_number']}?map_index={task['map_index']}&full_content=true"
            assert "staged athlete=" in str(_of_run(airflow, run_id, path)), task


def _instances(airflow: AirflowApi, run_id: str) -> list[dict[str, Any]]:
    return _of_run(airflow, run_id, "taskInstances?limit=100")["task_instances"]


def _of_run(airflow: AirflowApi, run_id: str, path: str) -> Any:
    return airflow._ask("GET", f"/api/v2/dags/{demo_athletes.INTEGRATION}/dagRuns/{run_id}/{path}")


def _sandbox(cluster: Cluster, method: str, path: str, body: dict | None = None) -> Any:
    answer = requests.request(method, f"{cluster.sandbox}/sandbox/{path}", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def _data_requests(cluster: Cluster) -> int:
    found = _sandbox(cluster, "GET", "requests")
    return sum(each["path"].startswith("/developer/v2/") and "profile" not in each["path"] for each in found)


def _until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.3)
    raise AssertionError(f"still not the case after {WAIT_SECONDS} s")
