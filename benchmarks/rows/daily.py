"""A daily pull through the real scheduler, from trigger to success, compared with a DAG that does nothing."""

import datetime as dt
import subprocess
import tempfile
from pathlib import Path

from benchmarks.result import REPEATS, Row, in_turn
from benchmarks.setup import UNLIMITED
from wearables.core.settings import PROJECT_DIR
from wearables_dev.local import isolated_stack

ATHLETES = 30
TARGET = 1.25
# The same DAG with steps that do nothing: the time that Airflow itself needs.
EMPTY_DAG = """
from airflow.sdk import DAG, task, task_group
from wearables.pipeline.tasks import RETRIES

with DAG(dag_id="empty_dag", schedule=None, is_paused_upon_creation=False):

    @task(retries=0)
    def validate() -> list[dict]:
        return [{"start": "2026-01-01", "end": "2026-01-02"}]

    @task(map_index_template="one", **RETRIES)
    def extract(chunk: dict) -> dict:
        return chunk

    @task(map_index_template="one", **RETRIES)
    def stage(chunk: dict) -> dict:
        return {}

    @task(trigger_rule="all_done_min_one_success", **RETRIES)
    def transform() -> dict:
        return {}

    @task(retries=0)
    def check() -> dict:
        return {}

    @task_group(prefix_group_id=False)
    def each_chunk(chunk: dict) -> None:
        stage(extract(chunk))

    each_chunk.expand(chunk=validate()) >> transform() >> check()
"""
MEASURE = """
import os, sys, time

os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"  # as the command line does
from wearables_dev.local import demo_athletes, keys, stack
from wearables_dev.local.airflow_api import AirflowApi

stack.up(sandbox=True)
airflow = AirflowApi(*keys.login())
airflow.save_connection(demo_athletes.CONNECTION | {"host": stack.sandbox_url()})
demo_athletes.enrol()
for dag in (demo_athletes.INTEGRATION, "empty_dag"):
    airflow.wait_for_dag(dag)
print("ready", flush=True)
for dag in sys.stdin:
    started = time.monotonic()
    run = airflow.trigger(dag.strip(), {})
    while (state := airflow.run_state(dag.strip(), run)) not in {"success", "failed"}:
        time.sleep(0.1)
    assert state == "success", (dag, run)
    print(time.monotonic() - started, flush=True)
"""


def run(quick: bool) -> list[Row]:
    """Return one row."""
    athletes = 4 if quick else ATHLETES
    with tempfile.TemporaryDirectory(prefix="wearables-daily-") as folder:
        home = Path(folder)
        _write_dags(home / "dags")
        sandbox = f"--athletes {athletes} --days 10 --per-minute {UNLIMITED} --per-day {UNLIMITED}"
        settings = isolated_stack.environment(home) | {
            "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
            "SANDBOX_OPTIONS": sandbox,
        }
        with isolated_stack.cleaned(settings):
            pull, empty_dag = _measure(settings, repeats=2 if quick else REPEATS)
    return [
        Row(
            f"daily pull of {athletes} athletes, trigger to success",
            "the same DAG with steps that do nothing",
            f"<= {TARGET}",
            f"{pull / empty_dag:.2f} ({pull:.1f} s; Airflow alone {empty_dag:.1f} s)",
            pull / empty_dag <= TARGET,
            f"{dt.date.today():%A}'s 24 hours",
        )
    ]


def _write_dags(folder: Path) -> None:
    folder.mkdir()
    (folder / "integrations.py").symlink_to(PROJECT_DIR / "dags" / "integrations.py")
    (folder / "empty_dag.py").write_text(EMPTY_DAG)


def _measure(settings: dict[str, str], repeats: int) -> list[float]:
    """Return the median seconds of the pull and of the empty DAG."""
    process = isolated_stack.run(settings, "-c", MEASURE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    for line in process.stdout:
        if line.strip() == "ready":
            break

    def timed(dag: str) -> float:
        assert process.stdin and process.stdout
        print(dag, file=process.stdin, flush=True)
        return float(process.stdout.readline())

    # Warm up: the first run of each is not measured.
    timed("whoop_demo"), timed("empty_dag")
    taken = in_turn(lambda: timed("whoop_demo"), lambda: timed("empty_dag"), repeats=repeats)
    process.stdin.close()
    process.wait()
    return taken
