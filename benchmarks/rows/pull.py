"""Compare extract, stage and transform, called as the tasks call them, with existing tools on the same records."""

from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import peers
from benchmarks.result import REPEATS, Row, seconds
from benchmarks.rows.stage import BARE, upsert
from benchmarks.setup import empty, enrol, fresh_warehouse, plan, sandbox
from wearables.pipeline.extract import extract
from wearables.pipeline.landing import Landing
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform

STAGING_TARGET, SEASON_TARGET = 5.0, 3.0
LANDED = "select array_agg(path) from ops.slices group by chunk_start order by chunk_start desc"
# Only a recovery has a sleep_id; the ids of the other collections never collide.
COLLECTION = "case when payload ? 'sleep_id' then 'recovery' else 'other' end"


@dataclass
class Timings:
    """Seconds of each repetition."""

    total: list[float] = field(default_factory=list)
    staging: list[float] = field(default_factory=list)
    dlt: list[float] = field(default_factory=list)
    dlt_staging: list[float] = field(default_factory=list)
    whoop_mcp: list[float] = field(default_factory=list)
    fetching: list[float] = field(default_factory=list)
    upserting: list[float] = field(default_factory=list)
    records: int = 0


def run(quick: bool) -> list[Row]:
    """Measure a year of one athlete and a season of a team."""
    peers.install()
    if quick:
        return [*_year("a month of an athlete", _measure(1, 30)), *_season("two weeks of 2 athletes", _measure(2, 14))]
    year = _year("an athlete-year", _measure(1, 365))
    return [*year, *_season("a season (120 days) of 40 athletes", _measure(40, 120))]


def _measure(athletes: int, days: int) -> Timings:
    timings = Timings()
    with fresh_warehouse() as engine, sandbox(athletes, days) as url:
        athlete_ids = enrol(url)
        for _ in range(REPEATS):
            empty(engine)
            total, staging = _pull(days)
            timings.total.append(total)
            timings.staging.append(staging)
            timings.upserting.append(_upsert(engine))
            for times, peer in ((timings.fetching, "bare"), (timings.whoop_mcp, "whoop-mcp")):
                times += peers.run(peer, engine, url, athlete_ids)
            total, staging = peers.run("dlt", engine, url, athlete_ids)
            timings.dlt.append(total)
            timings.dlt_staging.append(staging)
        with engine.connect() as connection:
            timings.records = connection.exec_driver_sql("select count(*) from raw.records").scalar_one()
    return timings


def _pull(days: int) -> tuple[float, float]:
    """Pull. Return the seconds of the whole pull and of its staging."""
    started = perf_counter()
    staging = 0.0
    integration, run_id, chunks = plan(days)
    for chunk in chunks:
        extract(integration, run_id, chunk)
        extracted = perf_counter()
        stage(integration, run_id, chunk)
        staging += perf_counter() - extracted
    transform(integration, run_id)
    return perf_counter() - started, staging


def _upsert(engine: Any) -> float:
    """Return the seconds of COPY and one upsert per chunk, the least that staging the landed records requires."""
    with engine.begin() as connection:
        chunks = connection.exec_driver_sql(LANDED).scalars().all()
        connection.exec_driver_sql(BARE)
    return seconds(lambda: [upsert(engine, [Landing(path) for path in paths], COLLECTION) for paths in chunks])


def _year(name: str, timings: Timings) -> list[Row]:
    ours, theirs = median(timings.total), median(timings.whoop_mcp)
    return [
        _staging(name, timings),
        Row(
            f"pull of {name}, metrics included ({timings.records:,} records)",
            "whoop-mcp, full sync into SQLite, no metrics",
            "not slower",
            f"{theirs / ours:.2f} ({ours:.2f} s; whoop-mcp {theirs:.2f} s)",
            ours <= theirs,
            _minimum(timings),
        ),
    ]


def _season(name: str, timings: Timings) -> list[Row]:
    ours, theirs = median(timings.total), min(median(timings.dlt), median(timings.whoop_mcp))
    return [
        _staging(name, timings),
        Row(
            f"pull of {name}, metrics included ({timings.records:,} records)",
            "the faster of dlt and whoop-mcp, no metrics",
            f">= {SEASON_TARGET} times faster",
            f"{theirs / ours:.2f} ({ours:.2f} s, {timings.records / ours:,.0f} records/s; "
            f"dlt {median(timings.dlt):.2f} s, whoop-mcp {median(timings.whoop_mcp):.2f} s)",
            theirs / ours >= SEASON_TARGET,
            _minimum(timings),
        ),
    ]


def _staging(name: str, timings: Timings) -> Row:
    ours, theirs = median(timings.staging), median(timings.dlt_staging)
    return Row(
        f"staging of {name}",
        "dlt's (normalize and merge)",
        f">= {STAGING_TARGET} times the rate",
        f"{theirs / ours:.1f} ({timings.records / ours:,.0f} records/s; dlt {timings.records / theirs:,.0f})",
        theirs / ours >= STAGING_TARGET,
        f"COPY and one upsert of the same chunks: {theirs / median(timings.upserting):.1f}",
    )


def _minimum(timings: Timings) -> str:
    return (
        f"fetching the pages and discarding them: {median(timings.fetching):.2f} s; "
        f"COPY and one upsert of the same chunks: {median(timings.upserting):.2f} s"
    )
