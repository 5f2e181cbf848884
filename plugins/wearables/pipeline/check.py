"""Decide whether a run is complete, and name the athletes for whom it is not."""

import logging
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Row

from wearables.core.errors import RunFailed
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline.plan import finish_run, read_plan

log = logging.getLogger(__name__)

MISSING = {"planned", "running", "landed", "failed"}
UNFINISHED = "A task did not finish. Clear it in Airflow to run it again."


def check(integration: Integration, run_id: str) -> dict[str, int]:
    """Decide whether a run succeeded; return how many slices were staged, skipped and deferred, and warnings.

    Every problem is logged with its athlete and what to do. Raises RunFailed with the first; the data are kept.
    """
    key = {"integration": integration.name, "run_id": run_id}
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        slices = run_sql(connection, "pipeline/check/slices", **key).all()
        findings = run_sql(connection, "pipeline/check/data", **key).all()
        counts: Counter[str] = Counter()
        for row in slices:
            counts[row.state] += row.slices
        failures = _missing(slices) + [row.sentence for row in findings if row.severity == "error"]
        if not counts["staged"] and not failures:
            failures = [_nothing_staged(slices)]
        finish_run(connection, plan, "failed" if failures else "complete")
    warnings = _left_out(slices) + [row.sentence for row in findings if row.severity == "warning"]
    for sentence in warnings:
        log.warning("%s", sentence)
    for sentence in failures:
        log.error("%s", sentence)
    if failures:
        raise RunFailed(f"{len(failures)} problem(s), logged above. Pulled data are kept. First: {failures[0]}")
    return {name: counts[name] for name in ("staged", "skipped", "deferred")} | {"warnings": len(warnings)}


def _missing(slices: Sequence[Row]) -> list[str]:
    """Return a sentence for each athlete of whom a planned slice was not staged."""
    planned: Counter[int] = Counter()
    missing: Counter[int] = Counter()
    reasons: dict[int, str] = {}
    for row in slices:
        planned[row.athlete_id] += row.slices
        if row.state in MISSING:
            missing[row.athlete_id] += row.slices
            reasons[row.athlete_id] = reasons.get(row.athlete_id) or row.reason
    return [
        f"athlete {athlete_id}: {count} of {planned[athlete_id]} slices are missing: "
        f"{reasons[athlete_id] or UNFINISHED}"
        for athlete_id, count in missing.items()
    ]


def _nothing_staged(slices: Sequence[Row]) -> str:
    reasons = " ".join(dict.fromkeys(row.reason for row in slices if row.reason))
    return f"No data were pulled. {reasons or 'None of the athletes of this run is still enrolled.'}"


def _left_out(slices: Sequence[Row]) -> list[str]:
    skipped = [f"athlete {row.athlete_id} was skipped: {row.reason}" for row in slices if row.state == "skipped"]
    deferred = [row for row in slices if row.state == "deferred"]
    if not deferred:
        return skipped
    count = sum(row.slices for row in deferred)
    return [
        *skipped,
        f"{count} slice(s) of older days were deferred; the next scheduled run continues. {deferred[0].reason}",
    ]
