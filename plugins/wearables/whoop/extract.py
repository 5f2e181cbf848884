"""Asks WHOOP for one chunk and lands the answers; a retry asks only for what has not landed."""

import logging
import time

from wearables.errors import AthleteTrouble, BudgetSpent, IncompleteAnswer, WearablesError, WhoopUnavailable
from wearables.integrations import Integration
from wearables.landing import Landing, Manifest
from wearables.warehouse import run_sql, transaction, warehouse
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.pull_log import Plan, Unit, begin, chunk_units, fail, land, read_plan
from wearables.whoop.records import Unfit, identify, record_line
from wearables.windows import Window

log = logging.getLogger(__name__)

# What WHOOP did not answer the first time is asked for once more when everything else has landed.
ROUNDS = 2


def extract(integration: Integration, run_id: str, chunk: Window) -> dict[str, int]:
    """Land every athlete's collections of a chunk; returns how many landed and how many failed.

    One athlete's trouble, or one answer's, is recorded and loses nobody else's data: `check` judges it.
    """
    hook = WhoopHook(integration.connection)
    try:
        return _Extraction(integration, run_id, chunk, hook).run()
    finally:
        hook.close()


class _Extraction:
    def __init__(self, integration: Integration, run_id: str, chunk: Window, hook: WhoopHook) -> None:
        self._engine = warehouse()
        self._hook = hook
        self._chunk = chunk
        self._grants = Grants(self._engine, integration.name, hook.token_endpoint)
        with transaction(self._engine) as connection:
            self._plan = read_plan(connection, integration.name, run_id)
            run_sql(
                connection,
                "pulls/adopt",
                integration=integration.name,
                run_id=run_id,
                chunk_start=chunk.start,
                chunk_end=chunk.end,
                athletes=self._plan.athletes,
                collections=self._plan.collections,
            )
            rows = chunk_units(connection, self._plan, chunk)
        self._landed = {
            (row.athlete_id, row.collection)
            for row in rows
            if row.state == "staged" or (row.state == "landed" and Landing(row.path).manifest())
        }

    def run(self) -> dict[str, int]:
        units = [
            unit for unit in _units(self._plan, self._chunk) if (unit.athlete_id, unit.collection) not in self._landed
        ]
        if len(self._landed):
            log.info("%d of the chunk's answers have landed before", len(self._landed))
        failed = units
        for _ in range(ROUNDS):
            failed = self._round(failed)
            if not failed:
                break
        return {"landed": len(self._landed), "failed": len(units) - self._newly_landed(units)}

    def _newly_landed(self, units: list[Unit]) -> int:
        return sum((unit.athlete_id, unit.collection) in self._landed for unit in units)

    def _round(self, units: list[Unit]) -> list[Unit]:
        """Try every unit once; returns those that may be tried again."""
        again = []
        stopped: dict[int | None, WearablesError] = {}  # athletes in trouble; None: everyone
        for unit in units:
            reason = stopped.get(None) or stopped.get(unit.athlete_id)
            if reason:
                self._fail(unit, reason)
                continue
            try:
                self._pull(unit)
            except AthleteTrouble as trouble:
                self._grants.mark(unit.athlete_id, trouble)
                stopped[unit.athlete_id] = trouble
                self._fail(unit, trouble)
            except BudgetSpent as spent:
                stopped[None] = spent
                self._fail(unit, spent)
            except (WhoopUnavailable, IncompleteAnswer) as error:
                again.append(unit)
                self._fail(unit, error)
        return [] if None in stopped else again

    def _pull(self, unit: Unit) -> None:
        transport = self._hook.transport
        requests_before, waited_before, began = (
            transport.requests_sent,
            transport.budget.waited_seconds,
            time.monotonic(),
        )
        with transaction(self._engine) as connection:
            begin(connection, unit)
        landing = Landing.at(*_path(unit))
        client = self._hook.client(lambda stale=None: self._grants.access_token(unit.athlete_id, stale))
        pages = 0
        with landing.writer() as writer:
            for page in client.records(unit.collection, unit.chunk):
                pages += 1
                for record in page:
                    try:
                        writer.write([record_line(record, unit.collection, unit.athlete_id)])
                    except Unfit as reason:
                        writer.reject(record, identify(record), str(reason))
        manifest = Manifest(
            integration=unit.integration,
            run_id=unit.run_id,
            athlete_id=unit.athlete_id,
            collection=unit.collection,
            window_start=unit.chunk.start.isoformat(),
            window_end=unit.chunk.end.isoformat(),
            pages=pages,
            records=writer.records,
            rejected=writer.rejected,
            requests=transport.requests_sent - requests_before,
            waited_seconds=round(transport.budget.waited_seconds - waited_before, 3),
            seconds=round(time.monotonic() - began, 3),
            sha256=writer.sha256,
        )
        landing.commit(manifest)
        with transaction(self._engine) as connection:
            land(connection, unit, landing.url, manifest)
        self._landed.add((unit.athlete_id, unit.collection))
        log.info(
            "landed athlete=%d collection=%s chunk=%s pages=%d records=%d waited=%.1fs seconds=%.1f",
            unit.athlete_id, unit.collection, unit.chunk, manifest.pages, manifest.records,
            manifest.waited_seconds, manifest.seconds,
        )  # fmt: skip

    def _fail(self, unit: Unit, error: WearablesError) -> None:
        log.warning(
            "failed athlete=%d collection=%s chunk=%s: %s",
            unit.athlete_id,
            unit.collection,
            unit.chunk,
            error,
        )
        with transaction(self._engine) as connection:
            fail(connection, unit, str(error))


def _units(plan: Plan, chunk: Window) -> list[Unit]:
    return [
        Unit(plan.integration, plan.run_id, chunk, athlete_id, collection)
        for athlete_id in plan.athletes
        for collection in plan.collections
    ]


def _path(unit: Unit) -> tuple[str, ...]:
    run = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in unit.run_id)
    return unit.integration, run, unit.chunk.label, str(unit.athlete_id), unit.collection
