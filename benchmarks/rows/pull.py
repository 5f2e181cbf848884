"""Compare the steps of a pull, called as the tasks call them, with existing tools on the same records."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from benchmarks import peers
from benchmarks.landed import bare_upserts
from benchmarks.result import REPEATS, Row, seconds
from benchmarks.setup import empty, enrol, fresh_warehouse, plan, sandbox
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform

SEASON_TARGET, SEASON_METRICS_TARGET = 2.0, 1.2
YEAR_TARGET, YEAR_METRICS_TARGET = 1.5, 1.0
STAGING_TARGET = 0.8
# The sizes to compare, and half and double of each, so that nothing is tuned to one size.
SEASONS, SEASON_DAYS = (40, 20, 80), 120
YEARS = (365, 182, 730)
LANDED = "select array_agg(path) from ops.slices group by chunk_start order by chunk_start desc"


@dataclass
class Timings:
    """Seconds of each repetition: of the steps, of the least that staging requires, and of the peers."""

    validate: list[float] = field(default_factory=list)
    extract: list[float] = field(default_factory=list)
    stage: list[float] = field(default_factory=list)
    transform: list[float] = field(default_factory=list)
    upserts: list[float] = field(default_factory=list)
    requests: list[float] = field(default_factory=list)
    whoop_mcp: list[float] = field(default_factory=list)
    dlt: list[float] = field(default_factory=list)
    dlt_staging: list[float] = field(default_factory=list)
    records: int = 0

    @property
    def loading(self) -> float:
        """What the peers do: extract and stage."""
        return median(map(sum, zip(self.extract, self.stage, strict=True)))

    @property
    def whole(self) -> float:
        """All steps, from the plan to the metrics."""
        return median(map(sum, zip(self.validate, self.extract, self.stage, self.transform, strict=True)))


def run(quick: bool) -> list[Row]:
    """Measure a season of a team and a year of an athlete."""
    peers.install()
    rows = []
    for athletes in (2,) if quick else SEASONS:
        days = 14 if quick else SEASON_DAYS
        rows += _season(f"a season ({days} days) of {athletes} athletes", _measure(athletes, days))
    for days in (30,) if quick else YEARS:
        rows += _year("an athlete-year" if days == YEARS[0] else f"{days} days of an athlete", _measure(1, days))
    return rows


def _measure(athletes: int, days: int) -> Timings:
    timings = Timings()
    with fresh_warehouse() as engine, sandbox(athletes, days) as url:
        athlete_ids = enrol(url)
        for _ in range(REPEATS):
            empty(engine)
            _pull(days, timings)
            timings.upserts.append(bare_upserts(engine, _landed(engine)))
            timings.requests += peers.run("bare", engine, url, athlete_ids)
            timings.whoop_mcp += peers.run("whoop-mcp", engine, url, athlete_ids)
            dlt, dlt_staging = peers.run("dlt", engine, url, athlete_ids)
            timings.dlt.append(dlt)
            timings.dlt_staging.append(dlt_staging)
        with engine.connect() as connection:
            timings.records = connection.exec_driver_sql("select count(*) from raw.records").scalar_one()
    return timings


def _pull(days: int, timings: Timings) -> None:
    """Pull, and add the seconds of each step."""
    planned: list[Any] = []
    timings.validate.append(seconds(lambda: planned.extend(plan(days))))
    integration, run_id, batches = planned
    extracting = staging = 0.0
    for batch in batches:
        extracting += _seconds(extract, integration, run_id, batch)
        staging += _seconds(stage, integration, run_id, batch)
    timings.extract.append(extracting)
    timings.stage.append(staging)
    timings.transform.append(_seconds(transform, integration, run_id))


def _landed(engine: Any) -> list[list[str]]:
    """Return the paths of each chunk."""
    with engine.connect() as connection:
        return list(connection.exec_driver_sql(LANDED).scalars())


def _seconds(step: Callable[..., object], *arguments: Any) -> float:
    return seconds(lambda: step(*arguments))


def _season(name: str, timings: Timings) -> list[Row]:
    theirs = min(median(timings.dlt), median(timings.whoop_mcp))
    against = "the faster of dlt and whoop-mcp"
    peers_took = f"dlt {median(timings.dlt):.2f} s, whoop-mcp {median(timings.whoop_mcp):.2f} s"
    return [
        _row(f"extract and stage {name}", against, SEASON_TARGET, theirs, timings.loading, peers_took, timings),
        _row(f"pull {name}, metrics included", against, SEASON_METRICS_TARGET, theirs, timings.whole, peers_took),
        _staging(name, timings),
    ]


def _year(name: str, timings: Timings) -> list[Row]:
    theirs, against = median(timings.whoop_mcp), "whoop-mcp"
    whoop_mcp_took = f"whoop-mcp {theirs:.2f} s"
    return [
        _row(f"extract and stage {name}", against, YEAR_TARGET, theirs, timings.loading, whoop_mcp_took, timings),
        _row(f"pull {name}, metrics included", against, YEAR_METRICS_TARGET, theirs, timings.whole, whoop_mcp_took),
        _staging(name, timings),
    ]


def _row(
    what: str, against: str, target: float, theirs: float, ours: float, they_took: str, timings: Timings | None = None
) -> Row:
    """Return how many times as fast we are; with ``timings``, note the seconds of each step."""
    measured = f"{theirs / ours:.2f} ({ours:.2f} s; {they_took})"
    note = _steps(timings) if timings else "the peers make no metrics"
    return Row(what, against, f">= {target} times as fast", measured, theirs / ours >= target, note)


def _steps(timings: Timings) -> str:
    steps = {name: median(getattr(timings, name)) for name in ("validate", "extract", "stage", "transform")}
    steps["requesting the pages and discarding them"] = median(timings.requests)
    return ", ".join([f"{timings.records:,} records", *(f"{name} {step:.3f} s" for name, step in steps.items())])


def _staging(name: str, timings: Timings) -> Row:
    ours, least = median(timings.stage), median(timings.upserts)
    return Row(
        f"stage {name}",
        "COPY and one upsert of the same files, chunk by chunk",
        f">= {STAGING_TARGET:.0%} of its rate",
        f"{least / ours:.0%} ({timings.records / ours:,.0f} of {timings.records / least:,.0f} records/s)",
        least / ours >= STAGING_TARGET,
        f"dlt's normalize and merge: {timings.records / median(timings.dlt_staging):,.0f} records/s",
    )
