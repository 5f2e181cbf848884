"""Request one chunk from a source and land the answers; a retry requests only the slices that have not landed."""

import logging
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import Connection, Row

from wearables.core.errors import AthleteError, BudgetExhausted, IncompleteAnswer, SourceUnavailable, WearablesError
from wearables.core.integrations import Integration
from wearables.core.sources import load_source
from wearables.core.warehouse import transaction, warehouse
from wearables.core.windows import TimeRange
from wearables.pipeline.landing import Landing, Manifest
from wearables.pipeline.plan import Chunk, Plan, read_plan
from wearables.pipeline.slices import Slice, adopt, athletes_in, begin, fail, land, read_slices, replan
from wearables.pipeline.source import Session, Source

log = logging.getLogger(__name__)

BEGUN = ("running", "landed")
OPEN = ("planned", *BEGUN)
# Slices that the source did not answer are tried once more, after all others have landed.
ROUNDS = 2
# If the source answers for none of this many athletes in a row, it is unavailable, and the others are not tried.
OUTAGE_ATHLETES = 3


def extract(integration: Integration, run_id: str, chunk: Chunk) -> None:
    """Land the slices of a chunk and its batch of athletes.

    A failure of one athlete or one answer is recorded in the pull log and affects nobody else; ``check`` decides
    whether the run fails. Raises SourceUnavailable if the source answers for nobody, so that the task is retried.
    """
    source = load_source(integration.source)
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        rows = _planned(connection, plan, source, chunk)
    slices = _not_landed(plan, chunk, rows)
    with source.open(integration, plan.priority(chunk.number)) as session:
        extraction = _Extraction(session, can_wait=plan.is_catch_up(chunk.number))
        for _ in range(ROUNDS):
            slices = extraction.try_each(slices)
        extraction.require_answers()


class _Extraction:
    """The requests of one task. Once the budget is exhausted, every further slice fails without a request."""

    def __init__(self, session: Session, can_wait: bool) -> None:
        self._session = session
        self._can_wait = can_wait
        self._exhausted: BudgetExhausted | None = None
        self._outage: SourceUnavailable | None = None
        self._silent_in_a_row = 0
        self._answered: Slice | None = None

    def try_each(self, slices: Sequence[Slice]) -> list[Slice]:
        """Try every slice once, athlete by athlete; return those that are worth another try."""
        again: list[Slice] = []
        self._outage = None
        for _, of_athlete in groupby(slices, key=lambda each: each.athlete_id):
            again += self._try_athlete(list(of_athlete))
            if self._outage and self._silent_in_a_row >= OUTAGE_ATHLETES:
                raise self._outage
        return [] if self._exhausted else again

    def require_answers(self) -> None:
        """Raise SourceUnavailable if the source answered for nobody, or has stopped answering since."""
        if self._outage and (self._answered is None or not self._session.answers(self._answered)):
            raise self._outage

    def _try_athlete(self, slices: list[Slice]) -> list[Slice]:
        with transaction(warehouse()) as connection:
            slices = begin(connection, slices, [slice_.landing.url for slice_ in slices])
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
                _fail(slice_, error, "deferred" if self._can_wait else None)
            except IncompleteAnswer as error:
                again.append(slice_)
                _fail(slice_, error)
            except SourceUnavailable as error:
                again.append(slice_)
                self._outage = error
                _fail(slice_, error)
        if landed:
            with transaction(warehouse()) as connection:
                land(connection, slices[0].run, landed)
            self._answered = next(each for each in slices if each.collection == landed[0].collection)
        self._silent_in_a_row = 0 if landed else self._silent_in_a_row + bool(again)
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


def _planned(connection: Connection, plan: Plan, source: Source, chunk: Chunk) -> list[Row]:
    athletes = athletes_in(connection, plan, chunk)
    wanted = set(athletes)
    known = [row for row in source.athletes(connection, plan.integration) if row.athlete_id in wanted]
    replan(connection, plan, known, chunk.number)
    adopt(connection, plan, chunk.number, athletes)
    return read_slices(connection, plan, chunk.number, athletes)


def _not_landed(plan: Plan, chunk: Chunk, rows: Sequence[Row]) -> list[Slice]:
    # A task may be killed between writing a manifest and updating the pull log, so the manifest decides.
    begun = [row for row in rows if row.state in BEGUN]
    manifests = [found for row in begun if (found := Landing(row.path).manifest())]
    if manifests:
        with transaction(warehouse()) as connection:
            land(connection, plan.run, manifests)
        log.info("%d answers for %s had already landed", len(manifests), chunk.period)
    landed = {(manifest.athlete_id, manifest.collection) for manifest in manifests}
    return [
        Slice(plan.integration, plan.run_id, TimeRange(row.chunk_start, row.chunk_end), row.athlete_id, row.collection)
        for row in rows
        if row.state in OPEN and (row.athlete_id, row.collection) not in landed
    ]


def _fail(slice_: Slice, error: WearablesError, state: str | None = None) -> None:
    state = state or error.slice_state
    who = slice_.athlete_id, slice_.collection, slice_.chunk
    log.warning("%s athlete=%d collection=%s chunk=%s: %s", state, *who, error)
    with transaction(warehouse()) as connection:
        fail(connection, slice_, str(error), state)
