"""extract + stage + transform, as the tasks call them, against what people use today on the same records."""

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

STAGING, SQUAD = 5.0, 3.0
LANDED = "select array_agg(path) from ops.slices group by chunk_start order by chunk_start desc"
# Of the four only a recovery names a sleep; the ids of the others never meet.
COLLECTION = "case when payload ? 'sleep_id' then 'recovery' else 'other' end"


@dataclass
class Taken:
    """Seconds of every repetition."""

    whole: list[float] = field(default_factory=list)
    staging: list[float] = field(default_factory=list)
    dlt: list[float] = field(default_factory=list)
    dlt_staging: list[float] = field(default_factory=list)
    whoop_mcp: list[float] = field(default_factory=list)
    asking: list[float] = field(default_factory=list)
    upserting: list[float] = field(default_factory=list)
    records: int = 0


def run(quick: bool) -> list[Row]:
    """An athlete-year and a squad's season."""
    peers.install()
    if quick:
        return [*_year("a month of an athlete", _measure(1, 30)), *_squad("two weeks of 2 athletes", _measure(2, 14))]
    year = _year("an athlete-year", _measure(1, 365))
    return [*year, *_squad("a season (120 days) of 40 athletes", _measure(40, 120))]


def _measure(athletes: int, days: int) -> Taken:
    taken = Taken()
    with fresh_warehouse() as engine, sandbox(athletes, days) as url:
        squad = enrol(url)
        for _ in range(REPEATS):
            empty(engine)
            whole, staging = _pull(days)
            taken.whole.append(whole)
            taken.staging.append(staging)
            taken.upserting.append(_upsert(engine))
            for times, peer in ((taken.asking, "bare"), (taken.whoop_mcp, "whoop-mcp")):
                times += peers.run(peer, engine, url, squad)
            in_all, staged = peers.run("dlt", engine, url, squad)
            taken.dlt.append(in_all)
            taken.dlt_staging.append(staged)
        with engine.connect() as connection:
            taken.records = connection.exec_driver_sql("select count(*) from raw.records").scalar_one()
    return taken


def _pull(days: int) -> tuple[float, float]:
    """Seconds of the whole pull, and of its staging."""
    began = perf_counter()
    staging = 0.0
    integration, run_id, chunks = plan(days)
    for chunk in chunks:
        extract(integration, run_id, chunk)
        extracted = perf_counter()
        stage(integration, run_id, chunk)
        staging += perf_counter() - extracted
    transform(integration, run_id)
    return perf_counter() - began, staging


def _upsert(engine: Any) -> float:
    """Seconds of the least that stages what has landed, chunk by chunk."""
    with engine.begin() as connection:
        chunks = connection.exec_driver_sql(LANDED).scalars().all()
        connection.exec_driver_sql(BARE)
    return seconds(lambda: [upsert(engine, [Landing(path) for path in paths], COLLECTION) for paths in chunks])


def _year(name: str, taken: Taken) -> list[Row]:
    ours, theirs = median(taken.whole), median(taken.whoop_mcp)
    return [
        _staging(name, taken),
        Row(
            f"pull of {name}, metrics included ({taken.records:,} records)",
            "whoop-mcp, full sync into SQLite, no metrics",
            "not slower",
            f"{theirs / ours:.2f} ({ours:.2f} s; whoop-mcp {theirs:.2f} s)",
            ours <= theirs,
            _least(taken),
        ),
    ]


def _squad(name: str, taken: Taken) -> list[Row]:
    ours, theirs = median(taken.whole), min(median(taken.dlt), median(taken.whoop_mcp))
    return [
        _staging(name, taken),
        Row(
            f"pull of {name}, metrics included ({taken.records:,} records)",
            "the faster of dlt and whoop-mcp, no metrics",
            f">= {SQUAD} times faster",
            f"{theirs / ours:.2f} ({ours:.2f} s, {taken.records / ours:,.0f} records/s; dlt {median(taken.dlt):.2f} s, "
            f"whoop-mcp {median(taken.whoop_mcp):.2f} s)",
            theirs / ours >= SQUAD,
            _least(taken),
        ),
    ]


def _staging(name: str, taken: Taken) -> Row:
    ours, theirs = median(taken.staging), median(taken.dlt_staging)
    return Row(
        f"staging of {name}",
        "dlt's (normalize and merge)",
        f">= {STAGING} times the rate",
        f"{theirs / ours:.1f} ({taken.records / ours:,.0f} records/s; dlt {taken.records / theirs:,.0f})",
        theirs / ours >= STAGING,
        f"COPY and one upsert of the same chunks: {theirs / median(taken.upserting):.1f}",
    )


def _least(taken: Taken) -> str:
    return (
        f"asking for the pages and dropping them: {median(taken.asking):.2f} s; "
        f"COPY and one upsert of the same chunks: {median(taken.upserting):.2f} s"
    )
