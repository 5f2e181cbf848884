"""Asks WHOOP for one chunk and lands the answers; a retry asks only for what has not landed."""

import logging

from sqlalchemy import Connection

from wearables.errors import AthleteTrouble, BudgetSpent, IncompleteAnswer, WearablesError, WhoopUnavailable
from wearables.integrations import Integration
from wearables.landing import Landing
from wearables.warehouse import run_sql, transaction, warehouse
from wearables.whoop.answer import land_answer
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.pull_log import Plan, Unit, begin, chunk_units, fail, land, read_plan
from wearables.windows import Window

log = logging.getLogger(__name__)

# What WHOOP did not answer the first time is asked for once more when everything else has landed.
ROUNDS = 2


def extract(integration: Integration, run_id: str, chunk: Window) -> None:
    """Land every athlete's collections of a chunk.

    One athlete's trouble, or one answer's, is recorded and loses nobody else's data: `check` judges it.
    """
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        units = _still_to_land(connection, plan, chunk)
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

    def try_each(self, units: list[Unit]) -> list[Unit]:
        """Try every unit once; returns those that are worth another try."""
        again = []
        in_trouble: dict[int, AthleteTrouble] = {}
        spent: BudgetSpent | None = None
        for unit in units:
            known = spent or in_trouble.get(unit.athlete_id)
            try:
                if known:
                    raise known
                self._pull(unit)
            except AthleteTrouble as trouble:
                in_trouble[unit.athlete_id] = trouble
                self._grants.mark(unit.athlete_id, trouble)
                _fail(unit, trouble)
            except BudgetSpent as error:
                spent = error
                _fail(unit, error)
            except (WhoopUnavailable, IncompleteAnswer) as error:
                again.append(unit)
                _fail(unit, error)
        return [] if spent else again

    def _pull(self, unit: Unit) -> None:
        with transaction(warehouse()) as connection:
            begin(connection, unit)
        client = self._hook.client(lambda stale=None: self._grants.access_token(unit.athlete_id, stale))
        landing, manifest = land_answer(client, self._hook.transport, unit)
        with transaction(warehouse()) as connection:
            land(connection, unit, landing.url, manifest)
        log.info(
            "landed athlete=%d collection=%s chunk=%s pages=%d records=%d waited=%.1fs seconds=%.1f",
            unit.athlete_id, unit.collection, unit.chunk, manifest.pages, manifest.records,
            manifest.waited_seconds, manifest.seconds,
        )  # fmt: skip


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
    landed = {
        (row.athlete_id, row.collection)
        for row in chunk_units(connection, plan, chunk)
        if row.state == "staged" or (row.state == "landed" and Landing(row.path).manifest())
    }
    if landed:
        log.info("%d answers of %s have landed before", len(landed), chunk)
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
