"""Pull large teams, long histories, and the same team many times. Only `make test-load` runs these tests."""

import os
import time
from pathlib import Path
from typing import Any

import psutil

TITLE = "\n{:<44} {:>10} records {:>9} metrics {:>6.0f} s {:>8.1f} KiB per athlete-year"
PULLS = 8


def test_a_thousand_athletes_for_a_month(make_team: Any, run_dag: Any) -> None:
    pull_and_compare(make_team(athletes=1000, days=30), run_dag, "1,000 athletes, 30 days")


def test_forty_athletes_for_three_years(make_team: Any, run_dag: Any) -> None:
    pull_and_compare(make_team(athletes=40, days=3 * 365), run_dag, "40 athletes, 3 years")


def pull_and_compare(team: Any, run_dag: Any, title: str) -> None:
    """Pull everything, compare it with the expected metrics, and print time and size."""
    started = time.monotonic()
    assert run_dag(**team.all_days())["run"] == "success"
    seconds = time.monotonic() - started
    assert team.metrics() == team.expected_metrics()
    ((records, metrics, size),) = team.rows(
        "select (select count(*) from raw.records), (select count(*) from analytics.metrics), "
        "pg_database_size(current_database())"
    )
    years = len(team.world.athletes) * team.world.days / 365
    print(TITLE.format(title, records, metrics, seconds, size / 1024 / years))


def test_a_day_of_hourly_pulls_leaks_neither_memory_nor_files(make_team: Any) -> None:
    team = make_team(athletes=30, days=10)
    team.pull()
    process = psutil.Process()
    memory, handles = [], []
    for _ in range(PULLS):
        team.world.patch(team.athlete_ids[0], "cycle", team.world.records[team.athlete_ids[0], "cycle"][0].id, {})
        team.pull()
        memory.append(process.memory_info().rss)
        handles.append(len(list(Path(f"/proc/{os.getpid()}/fd").iterdir())))
    print(f"\n{PULLS} pulls of 30 athletes: {memory[0] >> 20} to {memory[-1] >> 20} MiB of memory")
    assert memory[-1] < 1.1 * memory[0]
    assert handles[-1] <= handles[0] + 2
