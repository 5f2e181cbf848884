"""Request one batch from a source and land the answers; a retry requests only the slices that have not landed."""

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, Row

from wearables.core.integrations import Integration
from wearables.core.sources import load_source
from wearables.core.warehouse import transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import Batch
from wearables.pipeline.extraction import Extraction
from wearables.pipeline.landing import Landing
from wearables.pipeline.plan import Plan, read_plan
from wearables.pipeline.slices import Slice, adopt, athletes_in, land, read_slices, replan
from wearables.pipeline.source import Source

log = logging.getLogger(__name__)

BEGUN = ("running", "landed")
OPEN = ("planned", *BEGUN)
# Slices that the source did not answer are tried once more, after all others have landed.
ROUNDS = 2


def extract(integration: Integration, run_id: str, batch: Batch) -> None:
    """Land the slices of a batch.

    A failure of one athlete or one answer is recorded in the pull log and affects nobody else; ``check`` decides
    whether the run fails. Raises SourceUnavailable if the source answers for nobody, so that the task is retried.
    """
    source = load_source(integration.source)
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        rows = _planned(connection, plan, source, batch)
    slices = _not_landed(plan, batch, rows)
    with source.open(integration, plan.priority(batch.first_chunk)) as session:
        extraction = Extraction(session, can_wait=plan.is_catch_up(batch.first_chunk))
        for _ in range(ROUNDS):
            slices = extraction.try_each(slices)
        extraction.require_answers()


def _planned(connection: Connection, plan: Plan, source: Source, batch: Batch) -> list[Row]:
    athletes = athletes_in(connection, plan, batch)
    wanted = set(athletes)
    known = [row for row in source.athletes(connection, plan.integration) if row.athlete_id in wanted]
    replan(connection, plan, known, batch)
    adopt(connection, plan, batch, athletes)
    return read_slices(connection, plan, batch, athletes)


def _not_landed(plan: Plan, batch: Batch, rows: Sequence[Row]) -> list[Slice]:
    # A task may be killed between landing an answer and updating the pull log, so the landing zone decides.
    begun = [row for row in rows if row.state in BEGUN]
    manifests = {row: found for row in begun if (found := Landing(row.path).manifest())}
    if manifests:
        with transaction(warehouse()) as connection:
            land(connection, plan.run, list(manifests.values()))
        log.info("%d answers for %s had already landed", len(manifests), batch.period)
    return [
        Slice(plan.integration, plan.run_id, TimeRange(row.chunk_start, row.chunk_end), row.athlete_id, row.collection)
        for row in rows
        if row.state in OPEN and row not in manifests
    ]
