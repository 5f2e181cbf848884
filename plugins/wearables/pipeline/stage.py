"""Load the landed answers of one batch into ``raw.records``, streamed, in one transaction."""

import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from sqlalchemy import Connection, Row

from wearables.core.integrations import Integration
from wearables.core.sources import load_source
from wearables.core.sql_files import sql
from wearables.core.warehouse import copy_lines, run_sql, transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import Batch
from wearables.pipeline.erasure import delete_landed_of_erased, delete_landed_since_erasure
from wearables.pipeline.landing import Landing
from wearables.pipeline.merge import merge
from wearables.pipeline.plan import Plan, read_plan
from wearables.pipeline.slices import athletes_in
from wearables.pipeline.source import StagedSource

log = logging.getLogger(__name__)

# The figures are those that outcome.sql returns, in its order.
STAGED = (
    "staged athlete=%d collection=%s chunk=%s pages=%s records=%d new=%d changed=%d unchanged=%d deleted=%d "
    "regressions=%d quarantined=%d waited=%.1fs seconds=%.1f"
)
COUNTS = ("new", "changed", "unchanged", "deleted", "regressions")
ToRow = Callable[[int, int, bytes, str], bytes]


def stage(integration: Integration, run_id: str, batch: Batch, source: StagedSource | None = None) -> dict[str, int]:
    """Stage every landed answer of a batch; return counts of records.

    ``source`` defaults to the integration's own. Raises PermanentError if a file has changed since it landed.
    """
    with transaction(warehouse()) as connection:
        run_sql(connection, "pipeline/stage/lock", integration=integration.name)
        delete_landed_since_erasure(connection, integration.name, run_id)
        plan = read_plan(connection, integration.name, run_id)
        athletes = athletes_in(connection, plan, batch)
        run_sql(connection, "pipeline/stage/staging", **plan.run, **batch.chunks, athletes=athletes)
        slices = list(run_sql(connection, "pipeline/stage/slices").all())
        outcomes = _stage(connection, source or load_source(integration.source), plan, slices) if slices else []
    for athlete_id, collection, start, end, *figures in sorted(tuple(outcome) for outcome in outcomes):
        log.info(STAGED, athlete_id, collection, TimeRange(start, end), *figures)
    return {name: sum(getattr(outcome, name) for outcome in outcomes) for name in COUNTS}


def landed_rows(slices: Sequence[Row], to_row: ToRow) -> Iterator[bytes]:
    """Yield the rows of `landed` for the answers to these slices.

    ``to_row(line_number, slice_number, line, collection)`` makes each.
    """
    numbers = count()
    for slice_ in slices:
        # Reading an attribute of a row is measurably slow, so it is not done for every line.
        slice_number, collection = slice_.slice_number, slice_.collection
        for lines in Landing(slice_.path).records():
            for line in lines:
                yield to_row(next(numbers), slice_number, line, collection)


def _stage(connection: Connection, source: StagedSource, plan: Plan, slices: list[Row]) -> list[Row]:
    run_sql(connection, "pipeline/stage/landed")
    copy_lines(connection, sql("pipeline/stage/landed.copy"), source.rows(connection, plan, slices))
    _quarantine(connection, plan, slices)
    return merge(connection, plan, source.complete(connection, plan, slices))


def _quarantine(connection: Connection, plan: Plan, slices: list[Row]) -> None:
    owners = set()
    for slice_ in slices:
        if slice_.quarantined:
            for rejected in Landing(slice_.path).rejects():
                run_sql(connection, "pipeline/stage/quarantine", **plan.run, collection=slice_.collection, **rejected)
                owners.add(rejected["athlete_id"])
    delete_landed_of_erased(connection, plan.integration, owners)
