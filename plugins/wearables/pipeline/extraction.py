"""Ask a source for slices, several at a time, and keep the pull log up to date."""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue

from wearables.core.errors import AthleteError, BudgetExhausted, IncompleteAnswer, SourceUnavailable, WearablesError
from wearables.core.warehouse import transaction, warehouse
from wearables.pipeline.landing import Manifest
from wearables.pipeline.slices import Slice, begin, fail, land
from wearables.pipeline.source import Session

log = logging.getLogger(__name__)

# A task waits for at most this many answers at once. Six are enough to use up a limit of 1,000 requests a minute when
# each answer takes 200 ms. If answers are quick, it waits for fewer: threads would only compete for the interpreter.
IN_FLIGHT = 6
ANSWERS_PER_SECOND = 25
# Landed slices are written to the pull log together: after this many, or after this many seconds.
AT_ONCE = 200
SECONDS_BETWEEN_WRITES = 1.0
# If the source answers for none of this many athletes in a row, it is unavailable, and the others are not tried.
OUTAGE_ATHLETES = 3
# An athlete for whom the source leaves this many slices unanswered is not tried again in the same round.
UNANSWERED_SLICES = 4

Outcome = Manifest | BaseException


class Extraction:
    """The requests of one task. Once the budget is exhausted, every further slice fails without a request."""

    def __init__(self, session: Session, can_wait: bool) -> None:
        self._session = session
        self._can_wait = can_wait
        self._exhausted: BudgetExhausted | None = None
        self._blocked: dict[int, AthleteError] = {}
        self._outage: SourceUnavailable | None = None
        self._unanswered: Counter[int] = Counter()
        self._silent_in_a_row: set[int] = set()
        self._answered: Slice | None = None
        self._again: list[Slice] = []
        self._landed: list[tuple[Slice, Manifest]] = []
        self._recorded_at = time.monotonic()
        self._running: set[Slice] = set()
        # Each athlete's first answer is awaited before the next request for them. So a token is renewed once, and an
        # ended grant or membership costs one request.
        self._asking: set[int] = set()
        self._asked: set[int] = set()
        self._outcomes: SimpleQueue[tuple[Slice, Outcome, float]] = SimpleQueue()
        self._seconds_per_answer = 0.0

    def try_each(self, slices: Sequence[Slice]) -> list[Slice]:
        """Try every slice once; return those that are worth another try."""
        self._outage, self._again = None, []
        self._unanswered.clear()
        self._silent_in_a_row.clear()
        with ThreadPoolExecutor(IN_FLIGHT, "slice") as workers:
            try:
                self._try(workers, slices)
            except BaseException:
                workers.shutdown(wait=False, cancel_futures=True)
                self._session.interrupt()
                raise
            finally:
                self._record_landed()
        return [] if self._exhausted else self._again

    def require_answers(self) -> None:
        """Raise SourceUnavailable if the source answered for nobody, or has stopped answering since."""
        if self._outage and (self._answered is None or not self._session.answers(self._answered)):
            raise self._outage

    def _try(self, workers: ThreadPoolExecutor, slices: Sequence[Slice]) -> None:
        for slice_ in self._begun(_firsts_first(slices)):
            while len(self._running) >= self._most_running() or slice_.athlete_id in self._asking:
                self._settle_next()
            self._running.add(slice_)
            if slice_.athlete_id not in self._asked:
                self._asking.add(slice_.athlete_id)
            if self._most_running() == 1:
                self._fetch(slice_)
            else:
                workers.submit(self._fetch, slice_)
        while self._running:
            self._settle_next()

    def _most_running(self) -> int:
        """Return how many answers to wait for: the pace times the time that an answer takes."""
        return min(IN_FLIGHT, 1 + int(ANSWERS_PER_SECOND * self._seconds_per_answer))

    def _settle_next(self) -> None:
        try:
            slice_, outcome, seconds = self._outcomes.get(timeout=SECONDS_BETWEEN_WRITES if self._landed else None)
        except Empty:
            self._record_landed()
            return
        self._seconds_per_answer += (seconds - self._seconds_per_answer) / 4
        self._running.discard(slice_)
        self._asking.discard(slice_.athlete_id)
        self._asked.add(slice_.athlete_id)
        self._settle(slice_, outcome)

    def _begun(self, slices: Sequence[Slice]) -> Iterator[Slice]:
        """Yield slices whose athletes are still enrolled, each soon after the pull log says that it is running."""
        for first in range(0, len(slices), AT_ONCE):
            waiting = list(slices[first : first + AT_ONCE])
            while waiting:
                with transaction(warehouse()) as connection:
                    waiting = begin(connection, waiting)
                begun = time.monotonic()
                self._session.prepare({each.athlete_id for each in waiting})
                while waiting and time.monotonic() - begun < SECONDS_BETWEEN_WRITES:
                    yield waiting.pop(0)

    def _fetch(self, slice_: Slice) -> None:
        """Fetch one slice, in a worker thread if answers are slow. Report the outcome and the seconds without waits."""
        began, waited = time.monotonic(), 0.0
        try:
            self._refuse(slice_)
            outcome: Outcome = (manifest := self._session.fetch(slice_))
            waited = manifest.waited_seconds
        except BaseException as error:
            outcome = error
        self._outcomes.put((slice_, outcome, time.monotonic() - began - waited))

    def _refuse(self, slice_: Slice) -> None:
        """Raise an error without a request, if this slice would fail for a known reason."""
        error: WearablesError | None = self._exhausted or self._blocked.get(slice_.athlete_id)
        if self._unanswered[slice_.athlete_id] >= UNANSWERED_SLICES:
            error = error or self._outage
        if error:
            raise error

    def _settle(self, slice_: Slice, outcome: Outcome) -> None:
        match outcome:
            case Manifest():
                self._log_landed(slice_, outcome)
                self._landed.append((slice_, outcome))
                self._answered = slice_
                del self._unanswered[slice_.athlete_id]
                self._silent_in_a_row.clear()
            case AthleteError():
                if slice_.athlete_id not in self._blocked:
                    self._blocked[slice_.athlete_id] = outcome
                    self._session.mark(slice_.athlete_id, outcome)
                _fail(slice_, self._blocked[slice_.athlete_id])
            case BudgetExhausted():
                self._exhausted = outcome
                _fail(slice_, outcome, "deferred" if self._can_wait else None)
            case IncompleteAnswer():
                self._again.append(slice_)
                _fail(slice_, outcome)
            case SourceUnavailable():
                self._again.append(slice_)
                self._outage = outcome
                self._unanswered[slice_.athlete_id] += 1
                self._silent_in_a_row.add(slice_.athlete_id)
                _fail(slice_, outcome)
                if len(self._silent_in_a_row) >= OUTAGE_ATHLETES:
                    raise outcome
            case _:
                raise outcome
        if len(self._landed) >= AT_ONCE or time.monotonic() - self._recorded_at >= SECONDS_BETWEEN_WRITES:
            self._record_landed()

    def _record_landed(self) -> None:
        self._recorded_at = time.monotonic()
        if self._landed:
            run = self._landed[0][0].run
            with transaction(warehouse()) as connection:
                land(connection, run, [manifest for _, manifest in self._landed])
            self._landed.clear()

    @staticmethod
    def _log_landed(slice_: Slice, manifest: Manifest) -> None:
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


def _firsts_first(slices: Sequence[Slice]) -> list[Slice]:
    """Return the slices in the same order, but with each athlete's first one before all others."""
    firsts = {slice_.athlete_id: slice_ for slice_ in reversed(slices)}
    return sorted(slices, key=lambda slice_: slice_ is not firsts[slice_.athlete_id])


def _fail(slice_: Slice, error: WearablesError, state: str | None = None) -> None:
    state = state or error.slice_state
    who = slice_.athlete_id, slice_.collection, slice_.chunk
    log.warning("%s athlete=%d collection=%s chunk=%s: %s", state, *who, error)
    with transaction(warehouse()) as connection:
        fail(connection, slice_, str(error), state)
