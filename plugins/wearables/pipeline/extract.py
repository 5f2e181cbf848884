"""Request one chunk from a source and land the answers; a retry requests only the slices that have not landed."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection

from wearables.core.errors import AthleteError, BudgetExhausted, IncompleteAnswer, SourceUnavailable, WearablesError
from wearables.core.integrations import Integration
from wearables.core.sources import load_source
from wearables.core.warehouse import transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import EVERYONE, Batch
from wearables.pipeline.landing import Landing, Manifest
from wearables.pipeline.plan import Plan, read_plan
from wearables.pipeline.slices import Slice, adopt, begin, chunk_slices, fail, land
from wearables.pipeline.source import Session

log = logging.getLogger(__name__)

# Slices that the source did not answer are tried once more, after all others have landed.
ROUNDS = 2


def extract(integration: Integration, run_id: str, chunk: TimeRange, batch: Batch = EVERYONE) -> None:
    """Land the collections of every athlete of a batch, for one chunk.

    A failure of one athlete or one answer is recorded in the pull log and affects nobody else. ``check`` decides
    whether the run fails.
    """
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        slices = _not_landed(connection, replace(plan, athletes=batch.of(plan.athletes)), chunk)
    with load_source(integration.source).open(integration) as session:
        extraction = _Extraction(session)
        for _ in range(ROUNDS):
            slices = extraction.try_each(slices)


class _Extraction:
    """The requests of one task. Once the budget is exhausted, every further slice fails without a request."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._exhausted: BudgetExhausted | None = None

    def try_each(self, slices: Sequence[Slice]) -> list[Slice]:
        """Try every slice once, athlete by athlete; return those that are worth another try."""
        again: list[Slice] = []
        for _, of_athlete in groupby(slices, key=lambda each: each.athlete_id):
            again += self._try_athlete(list(of_athlete))
        return [] if self._exhausted else again

    def _try_athlete(self, slices: list[Slice]) -> list[Slice]:
        with transaction(warehouse()) as connection:
            begin(connection, slices, [slice_.landing.url for slice_ in slices])
        landed: list[Manifest] = []
        again: list[Slice] = []
        blocked_by: BudgetExhausted | AthleteError | None = self._exhausted
        for slice_ in slices:
            try:
                if blocked_by:
                    raise blocked_by
                landed.append(self._fetch(slice_))
            except AthleteError as error:
                if error is not blocked_by:
                    self._session.mark(slice_.athlete_id, error)
                blocked_by = error
                _fail(slice_, error)
            except BudgetExhausted as error:
                blocked_by = self._exhausted = error
                _fail(slice_, error)
            except (SourceUnavailable, IncompleteAnswer) as error:
                again.append(slice_)
                _fail(slice_, error)
        if landed:
            with transaction(warehouse()) as connection:
                land(connection, slices[0].run, slices[0].chunk, landed)
        return again

    def _fetch(self, slice_: Slice) -> Manifest:
        manifest = self._session.fetch(slice_)
        log.info(
            "landed athlete=%d collection=%s chunk=%s pages=%d records=%d waited=%.1fs seconds=%.1f",
            slice_.athlete_id,
            slice_.collection,
            slice_.chunk,
            manifest.pages,
            manifest.records,
            manifest.waited_seconds,
            manifest.seconds,
        )
        return manifest


def _not_landed(connection: Connection, plan: Plan, chunk: TimeRange) -> list[Slice]:
    adopt(connection, plan, chunk)
    athletes = set(plan.athletes)
    rows = [row for row in chunk_slices(connection, plan, chunk) if row.athlete_id in athletes]
    staged = {(row.athlete_id, row.collection) for row in rows if row.state == "staged"}
    # A task may be killed between writing a manifest and updating the pull log, so the manifest decides.
    begun = [row for row in rows if row.state in ("running", "landed")]
    manifests = [found for row in begun if (found := Landing(row.path).manifest())]
    if manifests:
        land(connection, plan.run, chunk, manifests)
        log.info("%d answers for %s had already landed", len(manifests), chunk)
    landed = staged | {(manifest.athlete_id, manifest.collection) for manifest in manifests}
    return [
        Slice(plan.integration, plan.run_id, chunk, athlete_id, collection)
        for athlete_id in plan.athletes
        for collection in plan.collections
        if (athlete_id, collection) not in landed
    ]


def _fail(slice_: Slice, error: WearablesError) -> None:
    who = slice_.athlete_id, slice_.collection, slice_.chunk
    log.warning("failed athlete=%d collection=%s chunk=%s: %s", *who, error)
    with transaction(warehouse()) as connection:
        fail(connection, slice_, str(error), error.slice_state)
