"""Measure how long Airflow's DAG processor takes to parse a hundred integrations."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.result import REPEATS, Row
from wearables.core.settings import PROJECT_DIR

INTEGRATIONS = 100
TARGET = 2.0
PARSE = """
import sys, time
from airflow.dag_processing.dagbag import DagBag
started = time.perf_counter()
bag = DagBag(sys.argv[1])
assert len(bag.dags) == int(sys.argv[2]) + 1 and not bag.import_errors  # and whoop_export
print(time.perf_counter() - started)
"""


def run(quick: bool) -> list[Row]:
    """Return one row. Each measurement runs in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(INTEGRATIONS):
            (Path(folder) / f"team_{number}.yaml").write_text('schedule: "0 6 * * *"\ntimezone: Europe/Berlin\n')
        taken = [_parse(folder) for _ in range(REPEATS)]
    return [
        Row(
            f"parse {INTEGRATIONS} integrations",
            "-",
            f"< {TARGET} s",
            f"{median(taken):.2f} s",
            median(taken) < TARGET,
            "includes importing the project, but not Airflow",
        )
    ]


def _parse(folder: str) -> float:
    command = [sys.executable, "-c", PARSE, str(PROJECT_DIR / "dags"), str(INTEGRATIONS)]
    environment = os.environ | {"WEARABLES_INTEGRATIONS": folder}
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return float(completed.stdout.splitlines()[-1])
