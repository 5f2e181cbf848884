"""extract + stage + transform, as the tasks call them, against dlt merging the same records into the same server."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import requests

from benchmarks.ground import empty, enrol, fresh_warehouse, plan, sandbox
from benchmarks.row import REPEATS, Row, seconds
from wearables.whoop.extract import extract
from wearables.whoop.stage import stage
from wearables.whoop.transform import transform

DLT = Path(__file__).parents[1] / ".cache" / "dlt"
SCRIPT = Path(__file__).parents[1] / "with_dlt.py"
TARGET = 5.0
SIZES = {"an athlete-year": (1, 365), "two months of 40 athletes": (40, 60)}


def run(quick: bool) -> list[Row]:
    """An athlete-year and a squad's season."""
    _install_dlt()
    sizes = {"two weeks of 2 athletes": (2, 14)} if quick else SIZES
    return [_row(name, *size) for name, size in sizes.items()]


def _row(name: str, athletes: int, days: int) -> Row:
    ours, theirs = [], []
    with fresh_warehouse() as engine, sandbox(athletes, days) as url:
        squad = enrol(url)
        for _ in range(REPEATS):
            empty(engine)
            ours.append(seconds(lambda: _pull(days)))
            theirs.append(_with_dlt(engine, url, squad))
        with engine.connect() as connection:
            records = connection.exec_driver_sql("select count(*) from raw.records").scalar_one()
    ratio = median(theirs) / median(ours)
    return Row(
        f"pull of {name}, metrics included ({records:,} records)",
        "dlt, merge into PostgreSQL, no metrics",
        f">= {TARGET} times faster",
        f"{ratio:.1f} ({median(ours):.2f} s, {records / median(ours):,.0f} records/s; dlt {median(theirs):.2f} s)",
        ratio >= TARGET,
        "whoop-mcp not compared",
    )


def _pull(days: int) -> None:
    integration, run_id, chunks = plan(days)
    for chunk in chunks:
        extract(integration, run_id, chunk)
        stage(integration, run_id, chunk)
    transform(integration, run_id)


def _with_dlt(engine: Any, url: str, squad: list[int]) -> float:
    """Seconds that dlt says its own run took; starting Python and importing dlt are not counted."""
    tokens = [
        requests.post(f"{url}/sandbox/athletes/{athlete_id}/consent", timeout=60).json()["access_token"]
        for athlete_id in squad
    ]
    warehouse = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = os.environ | {"BENCH_URL": url, "BENCH_WAREHOUSE": warehouse, "BENCH_TOKENS": " ".join(tokens)}
    words = [str(DLT / "bin" / "python"), str(SCRIPT)]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout.splitlines()[-1])


def _install_dlt() -> None:
    if not (DLT / ".installed").exists():
        uv = [sys.executable, "-m", "uv"]
        python = str(DLT / "bin" / "python")
        subprocess.run([*uv, "venv", "--quiet", "--clear", str(DLT)], check=True)  # noqa: S603
        words = ["pip", "install", "--quiet", "--system-certs", "--python", python, "dlt[postgres]", "requests"]
        subprocess.run([*uv, *words], check=True)  # noqa: S603
        (DLT / ".installed").touch()
