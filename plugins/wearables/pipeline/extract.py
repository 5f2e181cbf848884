"""Asks WHOOP for one chunk and lands the answers; a retry asks only for what has not landed."""

import logging
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection

from wearables.core.errors import AthleteError, BudgetExhausted, IncompleteAnswer, SourceUnavailable, WearablesError
from wearables.core.integrations import Integration
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import EVERYONE, Batch
from wearables.pipeline.landing import Landing, Manifest
from wearables.pipeline.slices import Plan, Slice, begin, chunk_slices, fail, land, read_plan
from wearables.whoop.client import WhoopClient
from wearables.whoop.fetch import land_answer, landing_of
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook

log = logging.getLogger(__name__)

# What WHOOP did not answer the first time is asked for once more when everything else has landed.
ROUNDS = 2


def extract(integration: Integration, run_id: str, chunk: TimeRange, batch: Batch = EVERYONE) -> None:
    """Land the collections of every athlete of a batch, for one chunk.

    One athlete's trouble, or one answer's, is recorded and loses nobody else's data: `check` judges it.
    """
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        slices = _still_to_land(connection, replace(plan, athletes=batch.of(plan.athletes)), chunk)
    hook = WhoopHook(integration.connection)
    try:
        extraction = _Extraction(hook, Grants(warehouse(), integration.name, hook.token_endpoint))
        for _ in range(ROUNDS):
            slices = extraction.try_each(slices)
    finally:
        hook.close()


class _Extraction:
    """The client and the grants of one task."""

    def __init__(self, hook: WhoopHook, grants: Grants) -> None:
        self._hook = hook
        self._grants = grants
        self._spent: BudgetExhausted | None = None

    def try_each(self, slices: list[Slice]) -> list[Slice]:
        """Try every slice once, athlete by athlete; returns those that are worth another try."""
        again: list[Slice] = []
        for _, of_athlete in groupby(slices, key=lambda slice_: slice_.athlete_id):
            again += self._try_athlete(list(of_athlete))
        return [] if self._spent else again

    def _try_athlete(self, slices: list[Slice]) -> list[Slice]:
        with transaction(warehouse()) as connection:
            begin(connection, slices, [landing_of(slice_).url for slice_ in slices])
        client = self._hook.client(self._grants.tokens(slices[0].athlete_id))
        landed: list[Manifest] = []
        again: list[Slice] = []
        known: BudgetExhausted | AthleteError | None = self._spent
        for slice_ in slices:
            try:
                if known:
                    raise known
                landed.append(self._land(client, slice_))
            except AthleteError as trouble:
                known = trouble
                self._grants.mark(slice_.athlete_id, trouble)
                _fail(slice_, trouble)
            except BudgetExhausted as error:
                known = self._spent = error
                _fail(slice_, error)
            except (SourceUnavailable, IncompleteAnswer) as error:
                again.append(slice_)
                _fail(slice_, error)
        if landed:
            with transaction(warehouse()) as connection:
                land(connection, slices[0].run, slices[0].chunk, landed)
        return again

    def _land(self, client: WhoopClient, slice_: Slice) -> Manifest:
        manifest = land_answer(client, self._hook.transport, slice_)
        log.info(
            "landed athlete=%d collection=%s chunk=%s pages=%d records=%d waited=%.1fs seconds=%.1f",
            slice_.athlete_id, slice_.collection, slice_.chunk, manifest.pages, manifest.records,
            manifest.waited_seconds, manifest.seconds,
        )  # fmt: skip
        return manifest


def _still_to_land(connection: Connection, plan: Plan, chunk: TimeRange) -> list[Slice]:
    run_sql(
        connection,
        "pipeline/slices/adopt",
        integration=plan.integration,
        run_id=plan.run_id,
        chunk_start=chunk.start,
        chunk_end=chunk.end,
        athletes=plan.athletes,
        collections=plan.collections,
    )
    athletes = set(plan.athletes)
    rows = [row for row in chunk_slices(connection, plan, chunk) if row.athlete_id in athletes]
    staged = {(row.athlete_id, row.collection) for row in rows if row.state == "staged"}
    # A kill may come between an answer's manifest and the pull log: the manifest tells.
    begun = [row for row in rows if row.state in ("running", "landed")]
    manifests = [found for row in begun if (found := Landing(row.path).manifest())]
    if manifests:
        land(connection, {"integration": plan.integration, "run_id": plan.run_id}, chunk, manifests)
        log.info("%d answers of %s have landed before", len(manifests), chunk)
    landed = staged | {(manifest.athlete_id, manifest.collection) for manifest in manifests}
    return [
        Slice(plan.integration, plan.run_id, chunk, athlete_id, collection)
        for athlete_id in plan.athletes
        for collection in plan.collections
        if (athlete_id, collection) not in landed
    ]


def _fail(slice_: Slice, error: WearablesError) -> None:
    log.warning(
        "failed athlete=%d collection=%s chunk=%s: %s", slice_.athlete_id, slice_.collection, slice_.chunk, error
    )
    with transaction(warehouse()) as connection:
        fail(connection, slice_, str(error))
