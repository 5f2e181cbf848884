"""Pulls through Airflow's scheduler, from trigger to success: a day of a team, an athlete-year and a season."""

import datetime as dt
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.result import REPEATS, Row
from benchmarks.setup import UNLIMITED
from wearables.core.settings import PROJECT_DIR
from wearables_dev.local import isolated_stack

ATHLETES, ATHLETES_A_DAY, YEAR, SEASON = 40, 30, 365, 120
DAILY_TARGET, YEAR_TARGET, SEASON_TARGET = 1.25, 1.5, 1.3
# The integration ``team`` has the default settings, ``squad`` a pool of its own. Both use the same connection.
TEAM, SQUAD, SLOTS = "team", "squad", 4
INTEGRATIONS = {
    TEAM: "schedule: null\n",
    SQUAD: f"schedule: null\nconnection: {TEAM}\npool: {SQUAD}\ntasks_at_once: {SLOTS}\n",
}


def run(quick: bool) -> list[Row]:
    """Measure all of them with one stack and a sandbox without limit."""
    athletes, daily, year, season = (4, 3, 60, 30) if quick else (ATHLETES, ATHLETES_A_DAY, YEAR, SEASON)
    with tempfile.TemporaryDirectory(prefix="wearables-scheduler-") as folder:
        home = Path(folder)
        (home / "integrations").mkdir()
        for name, content in INTEGRATIONS.items():
            for dag_id in (name, f"empty_{name}"):
                (home / "integrations" / f"{dag_id}.yaml").write_text(content)
        settings = isolated_stack.environment(home) | {
            "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT_DIR / "benchmarks" / "dags"),
            "WEARABLES_INTEGRATIONS": str(home / "integrations"),
            "SANDBOX_OPTIONS": f"--athletes {athletes} --days {year} --per-minute {UNLIMITED} --per-day {UNLIMITED}",
        }
        with isolated_stack.cleaned(settings):
            took = _measure(settings, 2 if quick else REPEATS, daily, year, season)
    return [
        _daily(daily, *took["daily"]),
        _year(year, took["year_tasks"], *took["year"]),
        _season(f"{season} days of {athletes} athletes", took["season_tasks"], *took["season"]),
    ]


def _measure(settings: dict[str, str], *sizes: int) -> dict[str, Any]:
    words = ["-m", "benchmarks.through_airflow", *map(str, sizes)]
    process = isolated_stack.run(settings, *words, stdout=subprocess.PIPE)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    return json.loads(output.splitlines()[-1])


def _daily(athletes: int, pull: float, empty_dag: float) -> Row:
    return Row(
        f"daily pull of {athletes} athletes, trigger to success",
        "the same DAG with steps that do nothing",
        f"<= {DAILY_TARGET} times as long",
        f"{pull / empty_dag:.2f} ({pull:.1f} s; Airflow alone {empty_dag:.1f} s)",
        pull / empty_dag <= DAILY_TARGET,
        f"{dt.date.today():%A}'s 24 hours; no limit",
    )


def _year(days: int, tasks: int, day: float, year: float) -> Row:
    return Row(
        f"pull of {days} days of an athlete, trigger to success",
        "daily pull of the same athlete through the same DAG",
        f"<= {YEAR_TARGET} times as long",
        f"{year / day:.2f} ({year:.1f} s; daily pull {day:.1f} s)",
        year / day <= YEAR_TARGET,
        f"{tasks} mapped tasks for each of extract and stage; no limit",
    )


def _season(what: str, tasks: int, pull: float, empty_dag: float, steps: float) -> Row:
    least = empty_dag + steps
    return Row(
        f"pull of {what}, trigger to success, pool of {SLOTS} slots",
        "the same DAG with steps that do nothing, and the steps in one process",
        f"<= {SEASON_TARGET} times as long as both",
        f"{pull / least:.2f} ({pull:.1f} s; Airflow alone {empty_dag:.1f} s, steps {steps:.1f} s)",
        pull / least <= SEASON_TARGET,
        f"{tasks} mapped tasks for each of extract and stage; no limit",
    )
