"""Brings an export into ``raw.records``: one transaction, streamed, by the same SQL that stages what the API gave."""

import logging
from collections.abc import Iterator, Mapping
from itertools import count

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration, load_integration
from wearables.core.warehouse import copy_lines, run_sql, sql, transaction, warehouse
from wearables.pipeline.merge import merge
from wearables.pipeline.slices import Plan, chunk_slices, read_plan
from wearables.pipeline.stage import COUNTS
from wearables.pipeline.survey import listed
from wearables.whoop.records import landed_row
from wearables.whoop_export.archive import fetched
from wearables.whoop_export.enrolment_check import require_enrolled
from wearables.whoop_export.inbox import discard
from wearables.whoop_export.rows import records
from wearables.whoop_export.table import Table, tables
from wearables.whoop_export.validate import Import

log = logging.getLogger(__name__)


def stage(wanted: Import) -> dict[str, int]:
    """Stage what validate has read; returns counts of records.

    Raises PermanentError when the file is no longer that one, ExportRejected when consent has ended in the meantime.
    """
    integration = load_integration(wanted.integration)
    with transaction(warehouse()) as connection:
        run_sql(connection, "pipeline/stage/lock", integration=integration.name)
        require_enrolled(connection, integration.name, wanted.athlete_id)
        plan = read_plan(connection, integration.name, wanted.run_id)
        (chunk,) = plan.chunks
        slices = [slice_ for slice_ in chunk_slices(connection, plan, chunk) if slice_.state == "landed"]
        outcomes = []
        if slices:
            with fetched(wanted.url) as copy, tables(copy.path) as found:
                if copy.sha256 != wanted.sha256:
                    raise PermanentError("The file has changed since it was validated; run the import again.")
                outcomes = _stage(connection, integration, plan, slices, found)
    discard(wanted.url)
    for row in outcomes:
        log.info(
            "staged athlete=%d collection=%s period=%s rows=%d new=%d changed=%d unchanged=%d deleted=%d",
            row.athlete_id, row.collection, chunk, row.records, row.new, row.changed, row.unchanged, row.deleted,
        )  # fmt: skip
    return {name: sum(getattr(row, name) for row in outcomes) for name in COUNTS}


def _stage(
    connection: Connection, integration: Integration, plan: Plan, slices: list[Row], found: Mapping[str, Table]
) -> list[Row]:
    run = {"integration": plan.integration, "run_id": plan.run_id}
    (athlete_id,) = plan.athletes
    (chunk,) = plan.chunks
    run_sql(connection, "pipeline/stage/landed")
    copy_lines(connection, sql("pipeline/stage/landed.copy"), _rows(integration, athlete_id, found))
    known = run_sql(
        connection, "whoop_export/leave_known", **run, athlete_id=athlete_id, window_end=plan.window.end
    ).all()
    if known:
        log.info("a newer export was imported before; %d known row(s) stay as it told them",
                 sum(row.records for row in known))  # fmt: skip
    # An older export than one imported before knows nothing of what came since, nor of what went.
    whole = [] if known else [slice_ for slice_ in slices if slice_.records]
    return sorted(merge(connection, run, chunk, slices, whole), key=lambda row: row.collection)


def _rows(integration: Integration, athlete_id: int, found: Mapping[str, Table]) -> Iterator[bytes]:
    """The rows of `landed`."""
    questions = listed(integration)
    numbers = count()
    for collection, table in found.items():
        for record in records(table, questions):
            if record is not None:
                yield landed_row(next(numbers), record.line(athlete_id) + b"\n", collection)
