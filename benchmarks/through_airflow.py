"""Measure pulls through Airflow's scheduler: python -m benchmarks.through_airflow REPEATS ATHLETES YEAR SEASON

ATHLETES is the size of the daily pull; YEAR and SEASON are days. This runs in the environment of a second stack, whose
integration ``team`` has the default settings, and ``squad`` a pool with four slots. The last line of the output is
JSON: the median seconds from the trigger to the success of each kind of run.
"""

import json
import os
import sys
import time
from typing import Any

os.environ["_AIRFLOW_PROCESS_CONTEXT"] = "server"  # lets this process read Airflow's connections, as its commands do

from benchmarks.result import in_turn, seconds
from benchmarks.rows.scheduler import SLOTS, SQUAD, TEAM
from benchmarks.setup import dates, empty, enrol, plan, run_step
from wearables.core.warehouse import owner
from wearables.pipeline.check import check
from wearables_dev.local import demo_athletes, keys, stack
from wearables_dev.local.airflow_api import AirflowApi


class Airflow(AirflowApi):
    """Airflow's REST API, with what only these measurements need."""

    def create_pool(self, name: str, slots: int) -> None:
        """Create a pool."""
        self._ask("POST", "/api/v2/pools", {"name": name, "slots": slots}, accepted=409)

    def mapped(self, dag_id: str, run_id: str) -> list[Any]:
        """Return what the task validate of a run returned: an entry for each mapped task."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances/validate/xcomEntries/return_value"
        return self._ask("GET", path)["value"]


class Runs:
    """Runs of the DAGs. ``mapped`` is what the task validate of the latest pull returned."""

    def __init__(self, airflow: Airflow) -> None:
        self._airflow = airflow
        self._owner = owner()
        self.mapped: list[Any] = []

    def pull(self, dag_id: str, **conf: Any) -> float:
        """Pull into an empty warehouse. Return the seconds from trigger to success."""
        empty(self._owner)
        run_id, taken = self._run(dag_id, conf)
        self.mapped = self._airflow.mapped(dag_id, run_id)
        return taken

    def nothing(self, dag_id: str) -> float:
        """Run the same DAG with empty steps, with as many mapped tasks as the latest pull."""
        return self._run(f"empty_{dag_id}", {"mapped": self.mapped})[1]

    def steps(self, dag_id: str, days: int) -> float:
        """Pull into an empty warehouse in this process. Return the seconds of all steps."""
        empty(self._owner)
        return seconds(lambda: _all_steps(dag_id, days))

    def _run(self, dag_id: str, conf: dict[str, Any]) -> tuple[str, float]:
        started = time.monotonic()
        run_id = self._airflow.trigger(dag_id, conf)
        while (state := self._airflow.run_state(dag_id, run_id)) not in {"success", "failed"}:
            time.sleep(0.1)
        taken = time.monotonic() - started
        assert state == "success", (dag_id, run_id)
        return run_id, taken


def _all_steps(dag_id: str, days: int) -> None:
    integration, run_id, batches = plan(days, dag_id)
    for batch in batches:
        for step in ("extract", "stage"):
            run_step(step, integration, run_id, [batch])
    run_step("transform", integration, run_id, batches)
    check(integration, run_id)


def _ready() -> tuple[Airflow, list[int]]:
    """Start the stack and enrol the sandbox's athletes. Return Airflow and the athletes' ids."""
    stack.up(sandbox=True)
    airflow = Airflow(*keys.login())
    airflow.save_connection(demo_athletes.CONNECTION | {"connection_id": TEAM, "host": stack.sandbox_url()})
    airflow.create_pool(SQUAD, SLOTS)
    athlete_ids: list[int] = []
    for dag_id in (TEAM, SQUAD):
        athlete_ids = enrol(stack.sandbox_url(), dag_id)  # the same in both
        airflow.wait_for_dag(dag_id)
        airflow.wait_for_dag(f"empty_{dag_id}")
    return airflow, athlete_ids


def main() -> None:
    """Measure and print."""
    repeats, athletes, year, season = map(int, sys.argv[1:])
    airflow, athlete_ids = _ready()
    runs = Runs(airflow)
    some, one = {"athletes": athlete_ids[:athletes]}, {"athletes": athlete_ids[:1]}
    # The first run of each DAG is not measured.
    for dag_id in (TEAM, SQUAD):
        runs.pull(dag_id), runs.nothing(dag_id)
    results: dict[str, Any] = {}
    results["daily"] = in_turn(lambda: runs.pull(TEAM, **some), lambda: runs.nothing(TEAM), repeats=repeats)
    results["year"] = in_turn(
        lambda: runs.pull(TEAM, **one), lambda: runs.pull(TEAM, **one, **dates(year)), repeats=repeats
    )
    results["year_tasks"] = len(runs.mapped)
    results["season"] = in_turn(
        lambda: runs.pull(SQUAD, **dates(season)),
        lambda: runs.nothing(SQUAD),
        lambda: runs.steps(SQUAD, season),
        repeats=repeats,
    )
    results["season_tasks"] = len(runs.mapped)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
