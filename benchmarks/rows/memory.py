"""Measure the peak memory of the steps: it must not grow with the number of records, nor from version to version."""

from statistics import median

from benchmarks.landed import land_workouts, stage_workouts
from benchmarks.peak import peak_of
from benchmarks.result import REPEATS, Row
from benchmarks.setup import empty, enrol, fresh_warehouse, plan, run_step, sandbox
from wearables.core.warehouse import warehouse

GROWTH_TARGET = 1.10
ATHLETES, DAYS = 40, 120
# KiB: the medians of five measurements by this file at commit 9a9bf81, before pulls were made faster. Measured on
# 2026-11-27 with Linux, Python 3.11.7 and Airflow 3.3.2; measure that commit again if you change one of them.
BEFORE = {"validate": 149_188, "extract": 149_072, "stage": 147_820, "transform": 141_232}
# Two runs of one version differ by 0.1 per cent. The rest is for the allocator.
BEFORE_TARGET = 1.02


def run(quick: bool) -> list[Row]:
    """Compare every step of a season with an earlier version, then few records with many for extract and stage."""
    return [
        *_season(1 if quick else REPEATS),
        _extract(60, 600 if quick else 6000),
        _stage(10_000, 50_000 if quick else 1_000_000),
    ]


def _season(repeats: int) -> list[Row]:
    peaks: dict[str, list[int]] = {step: [] for step in BEFORE}
    with fresh_warehouse() as engine, sandbox(ATHLETES, DAYS) as url:
        enrol(url)
        for _ in range(repeats):
            empty(engine)
            peaks["validate"].append(peak_of(plan, DAYS))
            planned = plan(DAYS)
            for step in ("extract", "stage", "transform"):
                peaks[step].append(peak_of(run_step, step, *planned))
    return [
        _row(
            f"{step}: {DAYS} days of {ATHLETES} athletes",
            "commit 9a9bf81",
            BEFORE_TARGET,
            BEFORE[step],
            int(median(of_step)),
        )
        for step, of_step in peaks.items()
    ]


def _extract(few_days: int, many_days: int) -> Row:
    peaks = []
    for days in (few_days, many_days):
        with fresh_warehouse(), sandbox(2, days) as url:
            enrol(url)
            peaks.append(peak_of(run_step, "extract", *plan(days)))
    return _row(f"extract: 2 athletes, {many_days:,} days", f"{few_days} days", GROWTH_TARGET, *peaks)


def _stage(few: int, many: int) -> Row:
    peaks = []
    with fresh_warehouse() as engine:
        for records in (few, many):
            empty(engine)
            peaks.append(peak_of(_stage_new, land_workouts(records)))
    return _row(f"stage: {many:,} records", f"{few:,} records", GROWTH_TARGET, *peaks)


def _stage_new(paths: list[str]) -> None:
    stage_workouts(warehouse(), paths, "new")


def _row(what: str, against: str, target: float, before: int, after: int) -> Row:
    ratio = after / before
    measured = f"{ratio:.3f} ({before / 1024:.1f} and {after / 1024:.1f} MiB)"
    return Row(f"peak memory of {what}", against, f"<= {target}", measured, ratio <= target)
