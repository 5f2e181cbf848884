"""Several answers in flight: their order does not matter, and a failure stops the others at once."""

import datetime as dt
import random
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine

from tests.pipeline.factories import manifest
from wearables.core.errors import AthleteError, ReconnectRequired, SourceUnavailable, WearablesError
from wearables.core.warehouse import transaction
from wearables.core.windows import TimeRange
from wearables.pipeline.answer import Answer
from wearables.pipeline.extraction import IN_FLIGHT, UNANSWERED_SLICES, Extraction
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan, save_plan
from wearables.pipeline.slices import PlannedSlice, Slice, plan_slices

END = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
CHUNKS = [TimeRange(END - dt.timedelta(days=days + 20), END - dt.timedelta(days=days)) for days in range(0, 100, 20)]
COLLECTIONS = ("cycle", "recovery", "sleep", "workout")


class ScriptedSession:
    """A source whose answers, errors and delays the test decides."""

    def __init__(self, answer: Callable[[Slice], None]) -> None:
        self._answer = answer
        self.asked: list[Slice] = []
        self.marked: list[tuple[int, AthleteError]] = []
        self.interrupted = threading.Event()

    def prepare(self, athletes: Collection[int]) -> None:
        return None

    def fetch(self, slice_: Slice) -> Manifest:
        self.asked.append(slice_)
        self._answer(slice_)
        start, end = slice_.chunk.start.isoformat(), slice_.chunk.end.isoformat()
        return msgspec.structs.replace(
            manifest(Answer()),
            athlete_id=slice_.athlete_id,
            collection=slice_.collection,
            chunk_start=start,
            chunk_end=end,
        )

    def answers(self, slice_: Slice) -> bool:
        return True

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        self.marked.append((athlete_id, error))

    def interrupt(self) -> None:
        self.interrupted.set()


@pytest.fixture
def planned(warehouse_engine: Engine) -> Iterator[Callable[[int], list[Slice]]]:
    """Return a function that plans a run of so many athletes and returns its slices, the newest chunk first."""
    plan = Plan("team", "run", "manual", TimeRange(CHUNKS[-1].start, END))

    def make(athletes: int) -> list[Slice]:
        wanted = [
            PlannedSlice(athlete_id, collection, number, chunk)
            for number, chunk in enumerate(CHUNKS)
            for athlete_id in range(1, athletes + 1)
            for collection in COLLECTIONS
        ]
        with transaction(warehouse_engine) as connection:
            connection.exec_driver_sql(
                "insert into ops.athletes (integration, athlete_id, first_name, last_name) "
                "select 'team', id, 'A', 'B' from generate_series(1, %s) as id",
                (athletes,),
            )
            save_plan(connection, plan)
            plan_slices(connection, plan, wanted)
        return [Slice("team", "run", each.chunk, each.athlete_id, each.collection) for each in wanted]

    yield make


def pull_log(engine: Engine) -> Counter[tuple[int, str]]:
    with transaction(engine) as connection:
        return Counter(tuple(row) for row in connection.exec_driver_sql("select athlete_id, state from ops.slices"))


def test_answers_that_arrive_in_any_order_are_all_recorded(
    planned: Callable[[int], list[Slice]], warehouse_engine: Engine
) -> None:
    waits = random.Random(1)
    session = ScriptedSession(lambda slice_: threading.Event().wait(waits.random() / 100) and None)
    slices = planned(3)
    assert Extraction(session, can_wait=False).try_each(slices) == []
    assert sorted(map(repr, session.asked)) == sorted(map(repr, slices))
    assert pull_log(warehouse_engine) == {(athlete, "landed"): 20 for athlete in (1, 2, 3)}


def test_several_answers_are_awaited_at_once_but_the_first_of_an_athlete_alone(
    planned: Callable[[int], list[Slice]],
) -> None:
    together = threading.Barrier(IN_FLIGHT)
    first = threading.Event()

    def answer(slice_: Slice) -> None:
        if not first.is_set():
            # Only slow answers are awaited together.
            first.wait(1)
            first.set()
        elif len(session.asked) <= 1 + IN_FLIGHT:
            together.wait(timeout=60)

    session = ScriptedSession(answer)
    Extraction(session, can_wait=False).try_each(planned(1))
    assert len(session.asked) == 20
    assert not together.broken


def test_the_pull_log_shows_what_has_landed_while_answers_keep_arriving(
    planned: Callable[[int], list[Slice]], warehouse_engine: Engine
) -> None:
    seen: list[int] = []

    def answer(slice_: Slice) -> None:
        threading.Event().wait(0.5)
        seen.append(pull_log(warehouse_engine)[1, "landed"])

    Extraction(ScriptedSession(answer), can_wait=False).try_each(planned(1))
    assert any(0 < landed < 20 for landed in seen)


def test_an_ended_grant_is_met_once_and_fails_all_slices_of_its_athlete_only(
    planned: Callable[[int], list[Slice]], warehouse_engine: Engine
) -> None:
    def answer(slice_: Slice) -> None:
        if slice_.athlete_id == 2:
            raise ReconnectRequired("Ask the athlete to consent again.")

    session = ScriptedSession(answer)
    assert Extraction(session, can_wait=False).try_each(planned(3)) == []
    assert [athlete_id for athlete_id, _ in session.marked] == [2]
    assert len([each for each in session.asked if each.athlete_id == 2]) == 1
    assert pull_log(warehouse_engine) == {(1, "landed"): 20, (2, "failed"): 20, (3, "landed"): 20}


def test_an_athlete_for_whom_the_source_never_answers_costs_a_few_requests_per_round(
    planned: Callable[[int], list[Slice]], warehouse_engine: Engine
) -> None:
    def answer(slice_: Slice) -> None:
        if slice_.athlete_id == 2:
            raise SourceUnavailable("no answer")

    session = ScriptedSession(answer)
    again = Extraction(session, can_wait=False).try_each(planned(2))
    assert {each.athlete_id for each in again} == {2}
    assert len(again) == 20
    asked = len([each for each in session.asked if each.athlete_id == 2])
    assert UNANSWERED_SLICES <= asked < UNANSWERED_SLICES + IN_FLIGHT
    assert pull_log(warehouse_engine) == {(1, "landed"): 20, (2, "failed"): 20}


@pytest.mark.parametrize("error", [RuntimeError("a bug"), WearablesError("a full disk")])
def test_an_unexpected_error_stops_the_task_and_interrupts_what_it_waits_for(
    planned: Callable[[int], list[Slice]], warehouse_engine: Engine, error: Exception
) -> None:
    def answer(slice_: Slice) -> None:
        if slice_.chunk == CHUNKS[1]:
            raise error
        if slice_.chunk == CHUNKS[2]:
            # Like a thread that waits for the request budget: only an interrupt ends it.
            assert session.interrupted.wait(60)

    session = ScriptedSession(answer)
    with pytest.raises(type(error), match=str(error)):
        Extraction(session, can_wait=False).try_each(planned(1))
    # What had landed is recorded; nothing is asked any more.
    assert pull_log(warehouse_engine)[1, "landed"] == 4
    assert len(session.asked) <= 4 + 2 * IN_FLIGHT


def test_an_erased_athlete_is_not_asked_any_more(
    planned: Callable[[int], list[Slice]], warehouse_engine: Engine
) -> None:
    slices = planned(1)

    def answer(slice_: Slice) -> None:
        if len(session.asked) == 1:
            with transaction(warehouse_engine) as connection:
                connection.exec_driver_sql("delete from ops.slices")

    session: Any = ScriptedSession(answer)
    # A pull of the second half begins after the erasure.
    extraction = Extraction(session, can_wait=False)
    extraction.try_each(slices[:1])
    extraction.try_each(slices[1:])
    assert len(session.asked) == 1
