"""Brings what landed of one chunk into ``raw.records``: one transaction, streamed, set by set."""

import logging
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Row

from wearables.integrations import Integration
from wearables.landing import Landing
from wearables.warehouse import copy_lines, run_sql, transaction, warehouse
from wearables.whoop.pull_log import Plan, chunk_units, read_plan
from wearables.windows import Window

log = logging.getLogger(__name__)

COUNTS = ("new", "changed", "unchanged", "deleted", "regressions")


def stage(integration: Integration, run_id: str, chunk: Window) -> dict[str, int]:
    """Stage every landed answer of a chunk; returns counts of records.

    Raises ValueError when a landed file is not what was written.
    """
    totals = dict.fromkeys(COUNTS, 0)
    with transaction(warehouse()) as connection:
        run_sql(connection, "stage/lock", integration=integration.name)
        plan = read_plan(connection, integration.name, run_id)
        landed = [row for row in chunk_units(connection, plan, chunk) if row.state == "landed"]
        for collection in plan.collections:
            units = [row for row in landed if row.collection == collection]
            if units:
                for outcome in _stage_collection(connection, plan, chunk, collection, units):
                    _log(outcome, collection, chunk)
                    for count in COUNTS:
                        totals[count] += getattr(outcome, count)
    return totals


def _stage_collection(
    connection: Connection, plan: Plan, chunk: Window, collection: str, units: list[Row]
) -> list[Row]:
    run = {"integration": plan.integration, "run_id": plan.run_id, "collection": collection}
    scope = {"integration": plan.integration, "collection": collection}
    athletes = [unit.athlete_id for unit in units]
    landings = {unit.athlete_id: Landing(unit.path) for unit in units}
    run_sql(connection, "stage/landed")
    copy_lines(connection, "stage/landed.copy", _lines(landings.values()))
    run_sql(connection, "stage/incoming", **scope)
    run_sql(connection, "stage/supersede", **scope)
    run_sql(connection, "stage/insert", **run)
    _quarantine(connection, run, landings)
    whole = [athlete_id for athlete_id, landing in landings.items() if _tells_deletions(landing)]
    run_sql(connection, "stage/absences", **run, chunk_start=chunk.start, chunk_end=chunk.end, athletes=whole)
    deleted = run_sql(connection, "stage/delete", **run, athletes=whole).all()
    outcomes = run_sql(
        connection,
        "stage/outcome",
        **run,
        chunk_start=chunk.start,
        athletes=athletes,
        deleted=[row.athlete_id for row in deleted],
        deleted_ids=[row.record_id for row in deleted],
    ).all()
    run_sql(connection, "stage/drop")
    return list(outcomes)


def _lines(landings: Iterable[Landing]) -> Iterator[bytes]:
    for landing in landings:
        yield from landing.lines()


def _tells_deletions(landing: Landing) -> bool:
    # An empty answer may be WHOOP's mistake, and a rejected record may be any of the known ones.
    manifest = landing.manifest()
    return manifest is not None and manifest.records > 0 and manifest.rejected == 0


def _quarantine(connection: Connection, run: dict[str, str], landings: dict[int, Landing]) -> None:
    for athlete_id, landing in landings.items():
        for reject in landing.rejects():
            run_sql(connection, "stage/quarantine", **run, athlete_id=athlete_id, **reject)


def _log(row: Row, collection: str, chunk: Window) -> None:
    log.info(
        "staged athlete=%d collection=%s chunk=%s pages=%d records=%d new=%d changed=%d unchanged=%d deleted=%d "
        "regressions=%d quarantined=%d waited=%.1fs seconds=%.1f",
        row.athlete_id, collection, chunk, row.pages, row.records, row.new, row.changed, row.unchanged, row.deleted,
        row.regressions, row.quarantined, row.waited_seconds, row.seconds,
    )  # fmt: skip
