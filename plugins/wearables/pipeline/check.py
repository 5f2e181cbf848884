"""Decide whether a run is complete, and name the athletes for whom it is not."""

import logging

from sqlalchemy import Row

from wearables.core.errors import RunFailed
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.pipeline.plan import Plan, finish_run, read_plan

log = logging.getLogger(__name__)


def check(integration: Integration, run_id: str) -> dict[str, int]:
    """Decide whether a run succeeded; return how many slices were staged and skipped, and the number of warnings.

    Every problem is logged with its athlete and what to do. Raises RunFailed with the first; the data are kept.
    """
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        slices = run_sql(connection, "pipeline/check/slices", integration=integration.name, run_id=run_id).all()
        findings = run_sql(connection, "pipeline/check/data", integration=integration.name, run_id=run_id).all()
        failures = _missing(plan, list(slices)) + [row.sentence for row in findings if row.severity == "error"]
        finish_run(connection, plan, "failed" if failures else "complete")
    warnings = _skipped(list(slices)) + [row.sentence for row in findings if row.severity == "warning"]
    for sentence in warnings:
        log.warning("%s", sentence)
    for sentence in failures:
        log.error("%s", sentence)
    if failures:
        raise RunFailed(f"{len(failures)} problem(s), logged above. Pulled data are kept. First: {failures[0]}")
    return {
        "staged": sum(slice_.state == "staged" for slice_ in slices),
        "skipped": sum(slice_.state == "skipped" for slice_ in slices),
        "warnings": len(warnings),
    }


def _missing(plan: Plan, slices: list[Row]) -> list[str]:
    """Return a sentence for each athlete whose planned slices were neither all staged nor skipped."""
    done = {
        (slice_.chunk_start, slice_.athlete_id, slice_.collection)
        for slice_ in slices
        if slice_.state in ("staged", "skipped")
    }
    sentences = []
    for athlete_id in plan.athletes:
        missing = [
            (chunk, collection)
            for chunk in plan.chunks
            for collection in plan.collections
            if (chunk.start, athlete_id, collection) not in done
        ]
        if missing:
            errors = sorted({slice_.error for slice_ in slices if slice_.athlete_id == athlete_id and slice_.error})
            reason = " ".join(errors) or "A task did not finish. Clear it in Airflow to run it again."
            planned = len(plan.chunks) * len(plan.collections)
            sentences.append(f"athlete {athlete_id}: {len(missing)} of {planned} slices are missing: {reason}")
    return sentences


def _skipped(slices: list[Row]) -> list[str]:
    reasons = {slice_.athlete_id: slice_.error for slice_ in slices if slice_.state == "skipped"}
    return [f"athlete {athlete_id} was skipped: {reason}" for athlete_id, reason in sorted(reasons.items())]
