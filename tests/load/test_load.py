"""Large squads, long histories and many pulls, through the whole DAG. By hand: `make test-load`."""

import os
import time
from pathlib import Path
from typing import Any

import psutil

TITLE = "\n{:<44} {:>10} records {:>9} metrics {:>6.0f} s {:>8.1f} KiB an athlete-year"
PULLS = 8


def test_a_thousand_athletes_for_a_month(team: Any, run_dag: Any) -> None:
    pull_whole(team(athletes=1000, days=30), run_dag, "1,000 athletes, 30 days")


def test_forty_athletes_for_three_years(team: Any, run_dag: Any) -> None:
    pull_whole(team(athletes=40, days=3 * 365), run_dag, "40 athletes, 3 years")


def pull_whole(squad: Any, run_dag: Any, title: str) -> None:
    """Pull everything, compare it with the truth, and say what it took."""
    began = time.monotonic()
    assert run_dag(**squad.all_days())["run"] == "success"
    took = time.monotonic() - began
    assert squad.metrics() == squad.truth()
    ((records, metrics, size),) = squad.rows(
        "select (select count(*) from raw.records), (select count(*) from analytics.metrics), "
        "pg_database_size(current_database())"
    )
    years = len(squad.world.athletes) * squad.world.days / 365
    print(TITLE.format(title, records, metrics, took, size / 1024 / years))


def test_hourly_pulls_of_a_working_day_keep_memory_and_files_flat(team: Any) -> None:
    squad = team(athletes=30, days=10)
    squad.pull()
    process = psutil.Process()
    memory, handles = [], []
    for _ in range(PULLS):
        squad.world.patch(squad.athlete_ids[0], "cycle", squad.world.records[squad.athlete_ids[0], "cycle"][0].id, {})
        squad.pull()
        memory.append(process.memory_info().rss)
        handles.append(len(list(Path(f"/proc/{os.getpid()}/fd").iterdir())))
    print(f"\n{PULLS} pulls of 30 athletes: {memory[0] >> 20} to {memory[-1] >> 20} MiB of memory")
    assert memory[-1] < 1.1 * memory[0]
    assert handles[-1] <= handles[0] + 2
