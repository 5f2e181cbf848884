"""Asks WHOOP for one chunk and lands the answers; a retry asks only for what has not landed."""

import logging
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection

from wearables.errors import AthleteTrouble, BudgetSpent, IncompleteAnswer, WearablesError, WhoopUnavailable
from wearables.integrations import Integration
from wearables.landing import Landing, Manifest
from wearables.warehouse import run_sql, transaction, warehouse
from wearables.whoop.answer import land_answer, landing_of
from wearables.whoop.batches import EVERYONE, Batch
from wearables.whoop.client import WhoopClient
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.pull_log import Plan, Unit, begin, chunk_units, fail, land, read_plan
from wearables.windows import Window

log = logging.getLogger(__name__)

# What WHOOP did not answer the first time is asked for once more when everything else has landed.
ROUNDS = 2


def extract(integration: Integration, run_id: str, chunk: Window, batch: Batch = EVERYONE) -> None:
    """Land the collections of every athlete of a batch, for one chunk.

    One athlete's trouble, or one answer's, is recorded and loses nobody else's data: `check` judges it.
    """
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        units = _still_to_land(connection, replace(plan, athletes=batch.of(plan.athletes)), chunk)
    hook = WhoopHook(integration.connection)
    try:
        extraction = _Extraction(hook, Grants(warehouse(), integration.name, hook.token_endpoint))
        for _ in range(ROUNDS):
            units = extraction.try_each(units)
    finally:
        hook.close()


class _Extraction:
    """The client and the grants of one task."""

    def __init__(self, hook: WhoopHook, grants: Grants) -> None:
        self._hook = hook
        self._grants = grants
        self._spent: BudgetSpent | None = None

    def try_each(self, units: list[Unit]) -> list[Unit]:
        """Try every unit once, athlete by athlete; returns those that are worth another try."""
        again: list[Unit] = []
        for _, of_athlete in groupby(units, key=lambda unit: unit.athlete_id):
            again += self._try_athlete(list(of_athlete))
        return [] if self._spent else again

    def _try_athlete(self, units: list[Unit]) -> list[Unit]:
        with transaction(warehouse()) as connection:
            begin(connection, units, [landing_of(unit).url for unit in units])
        client = self._hook.client(self._grants.tokens(units[0].athlete_id))
        landed: list[Manifest] = []
        again: list[Unit] = []
        known: BudgetSpent | AthleteTrouble | None = self._spent
        for unit in units:
            try:
                if known:
                    raise known
                landed.append(self._land(client, unit))
            except AthleteTrouble as trouble:
                known = trouble
                self._grants.mark(unit.athlete_id, trouble)
                _fail(unit, trouble)
            except BudgetSpent as error:
                known = self._spent = error
                _fail(unit, error)
            except (WhoopUnavailable, IncompleteAnswer) as error:
                again.append(unit)
                _fail(unit, error)
        if landed:
            with transaction(warehouse()) as connection:
                land(connection, units[0].run, units[0].chunk, landed)
        return again

    def _land(self, client: WhoopClient, unit: Unit) -> Manifest:
        manifest = land_answer(client, self._hook.transport, unit)
        log.info(
            "landed athlete=%d collection=%s chunk=%s pages=%d records=%d waited=%.1fs seconds=%.1f",
            unit.athlete_id, unit.collection, unit.chunk, manifest.pages, manifest.records,
            manifest.waited_seconds, manifest.seconds,
        )  # fmt: skip
        return manifest


def _still_to_land(connection: Connection, plan: Plan, chunk: Window) -> list[Unit]:
    run_sql(
        connection,
        "pulls/adopt",
        integration=plan.integration,
        run_id=plan.run_id,
        chunk_start=chunk.start,
        chunk_end=chunk.end,
        athletes=plan.athletes,
        collections=plan.collections,
    )
    athletes = set(plan.athletes)
    rows = [row for row in chunk_units(connection, plan, chunk) if row.athlete_id in athletes]
    staged = {(row.athlete_id, row.collection) for row in rows if row.state == "staged"}
    # A kill may come between an answer's manifest and the pull log: the manifest tells.
    begun = [row for row in rows if row.state in ("running", "landed")]
    manifests = [found for row in begun if (found := Landing(row.path).manifest())]
    if manifests:
        land(connection, {"integration": plan.integration, "run_id": plan.run_id}, chunk, manifests)
        log.info("%d answers of %s have landed before", len(manifests), chunk)
    landed = staged | {(manifest.athlete_id, manifest.collection) for manifest in manifests}
    return [
        Unit(plan.integration, plan.run_id, chunk, athlete_id, collection)
        for athlete_id in plan.athletes
        for collection in plan.collections
        if (athlete_id, collection) not in landed
    ]


def _fail(unit: Unit, error: WearablesError) -> None:
    log.warning("failed athlete=%d collection=%s chunk=%s: %s", unit.athlete_id, unit.collection, unit.chunk, error)
    with transaction(warehouse()) as connection:
        fail(connection, unit, str(error))
