"""Compare a pull by one Celery worker with a pull by two, from a sandbox that is as slow as WHOOP."""

import datetime as dt
import os
import tempfile
import time
from pathlib import Path

import psutil
import requests
from tests.distributed.cluster import Cluster, running

from benchmarks.result import Row, seconds
from benchmarks.setup import UNLIMITED
from wearables_dev.local import demo_athletes
from wearables_dev.local.airflow_api import AirflowApi

ATHLETES, BATCH, DAYS = 200, 25, 18
ANSWER_SECONDS = 0.1
TARGET = 1.6


def run(quick: bool) -> list[Row]:
    """Return one row. The first pull loads the data, so that every measured pull does the same work."""
    athletes = 20 if quick else ATHLETES
    batch = athletes * BATCH // ATHLETES
    with tempfile.TemporaryDirectory(prefix="wearables-workers-") as folder:
        (integrations := Path(folder, "integrations")).mkdir()
        (integrations / f"{demo_athletes.INTEGRATION}.yaml").write_text(f"schedule: null\nathletes_per_task: {batch}\n")
        settings = {
            "WEARABLES_INTEGRATIONS": str(integrations),
            # The test cluster gives up tasks that are queued for 30 seconds, which most are with one worker.
            "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "600",
            "SANDBOX_OPTIONS": f"--athletes {athletes} --days 30 --per-minute {UNLIMITED} --per-day {UNLIMITED}",
        }
        (home := Path(folder, "cluster")).mkdir()
        with running(home, ("one",), **settings) as cluster:
            airflow = _ready(cluster)
            one, busy_with_one = _measured(airflow)
            cluster.add_worker("two")
            two, busy_with_two = _measured(airflow)
    return [
        Row(
            f"two Celery workers pull {athletes} athletes ({DAYS} days, tasks of {batch} athletes)",
            "one worker",
            f">= {TARGET} times as fast",
            f"{one / two:.2f} ({two:.0f} s; one worker {one:.0f} s)",
            one / two >= TARGET,
            f"measured once; days already loaded, no limit, {ANSWER_SECONDS * 1000:.0f} ms an answer; "
            "all services on the same cores, "
            f"{busy_with_one:.0f}% busy with one worker and {busy_with_two:.0f}% with two",
        )
    ]


def _ready(cluster: Cluster) -> AirflowApi:
    os.environ["AIRFLOW__API__BASE_URL"] = cluster.settings["AIRFLOW__API__BASE_URL"]
    airflow = AirflowApi("admin", "distributed")
    airflow.save_connection(demo_athletes.CONNECTION | {"host": cluster.sandbox})
    cluster.run("-c", "from wearables_dev.local import demo_athletes; demo_athletes.enrol()")
    airflow.wait_for_dag(demo_athletes.INTEGRATION)
    slowly = {"kind": "slow", "times": UNLIMITED, "seconds": ANSWER_SECONDS}
    requests.post(f"{cluster.sandbox}/sandbox/faults", json=slowly, timeout=30).raise_for_status()
    return airflow


def _measured(airflow: AirflowApi) -> tuple[float, float]:
    """Warm up and pull once. Return the seconds, and how busy all cores were, in percent."""
    _pull(airflow)
    psutil.cpu_percent()
    elapsed = seconds(lambda: _pull(airflow))
    return elapsed, psutil.cpu_percent()


def _pull(airflow: AirflowApi) -> None:
    last = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=3)
    days = {"start_date": str(last - dt.timedelta(days=DAYS - 1)), "end_date": str(last)}
    run_id = airflow.trigger(demo_athletes.INTEGRATION, days)
    while (state := airflow.run_state(demo_athletes.INTEGRATION, run_id)) not in {"success", "failed"}:
        time.sleep(0.2)
    assert state == "success"
