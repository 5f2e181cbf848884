"""Brings what landed of one chunk into ``raw.records``: one transaction, streamed, set by set."""

import logging
from collections.abc import Iterator
from itertools import count

from sqlalchemy import Connection, Row

from wearables.core.integrations import Integration
from wearables.core.warehouse import copy_lines, run_sql, sql, transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import EVERYONE, Batch
from wearables.pipeline.erasure import delete_latecomers
from wearables.pipeline.landing import Landing
from wearables.pipeline.merge import merge
from wearables.pipeline.slices import chunk_slices, read_plan
from wearables.whoop.records import landed_row

log = logging.getLogger(__name__)

COUNTS = ("new", "changed", "unchanged", "deleted", "regressions")


def stage(integration: Integration, run_id: str, chunk: TimeRange, batch: Batch = EVERYONE) -> dict[str, int]:
    """Stage every landed answer of a chunk and batch; returns counts of records.

    Raises ValueError when a landed file is not what was written.
    """
    with transaction(warehouse()) as connection:
        run_sql(connection, "pipeline/stage/lock", integration=integration.name)
        delete_latecomers(connection, integration.name, run_id)
        plan = read_plan(connection, integration.name, run_id)
        athletes = set(batch.of(plan.athletes))
        rows = chunk_slices(connection, plan, chunk)
        slices = [row for row in rows if row.state == "landed" and row.athlete_id in athletes]
        outcomes = _stage(connection, integration.name, run_id, chunk, slices) if slices else []
    for outcome in sorted(outcomes, key=lambda row: (row.athlete_id, row.collection)):
        _log(outcome, chunk)
    return {name: sum(getattr(outcome, name) for outcome in outcomes) for name in COUNTS}


def _stage(connection: Connection, name: str, run_id: str, chunk: TimeRange, slices: list[Row]) -> list[Row]:
    run = {"integration": name, "run_id": run_id}
    run_sql(connection, "pipeline/stage/landed")
    unknown: set[tuple[str, str]] = set()
    copy_lines(connection, sql("pipeline/stage/landed.copy"), _rows(slices, unknown))
    _note_drift(connection, run, unknown)
    _quarantine(connection, run, slices)
    return merge(connection, run, chunk, slices, whole=[slice_ for slice_ in slices if _tells_deletions(slice_)])


def _rows(slices: list[Row], unknown: set[tuple[str, str]]) -> Iterator[bytes]:
    """The rows of `landed`; adds to ``unknown`` the collections and fields that this version does not know."""
    numbers = count()
    for slice_ in slices:
        landing = Landing(slice_.path)
        manifest = landing.manifest()
        # A row's attribute is dear when asked for at every line.
        collection = slice_.collection
        unknown.update((collection, field) for field in (manifest.unknown_fields if manifest else ()))
        for line in landing.lines(manifest):
            yield landed_row(next(numbers), line, collection)


def _note_drift(connection: Connection, run: dict[str, str], unknown: set[tuple[str, str]]) -> None:
    for collection, field in sorted(unknown):
        if run_sql(connection, "pipeline/stage/drift", **run, collection=collection, field=field).rowcount:
            log.warning("new field %s of %s is kept in raw and read by nothing", field, collection)


def _tells_deletions(slice_: Row) -> bool:
    # An empty answer may be WHOOP's mistake, and a rejected record may be any of the known ones.
    return slice_.records > 0 and slice_.quarantined == 0


def _quarantine(connection: Connection, run: dict[str, str], slices: list[Row]) -> None:
    for slice_ in slices:
        if slice_.quarantined:
            who = {"athlete_id": slice_.athlete_id, "collection": slice_.collection}
            for reject in Landing(slice_.path).rejects():
                run_sql(connection, "pipeline/stage/quarantine", **run, **who, **reject)


def _log(row: Row, chunk: TimeRange) -> None:
    log.info(
        "staged athlete=%d collection=%s chunk=%s pages=%d records=%d new=%d changed=%d unchanged=%d deleted=%d "
        "regressions=%d quarantined=%d waited=%.1fs seconds=%.1f",
        row.athlete_id, row.collection, chunk, row.pages, row.records, row.new, row.changed, row.unchanged,
        row.deleted, row.regressions, row.quarantined, row.waited_seconds, row.seconds,
    )  # fmt: skip
