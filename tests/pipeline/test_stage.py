"""Staging: versions, deletions and counts, on a real PostgreSQL."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from wearables.core.integrations import Integration
from wearables.core.warehouse import transaction
from wearables.core.windows import TimeRange
from wearables.pipeline.answer import Answer
from wearables.pipeline.batches import Batch
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan, save_plan
from wearables.pipeline.slices import PlannedSlice, Slice, begin, land, plan_slices
from wearables.pipeline.stage import stage
from wearables.whoop.records import record_line

TEAM = Integration(name="team", connection="team")
ATHLETE = 2**40
A, B, C = (f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abc")


def utc(month: int, day: int, hour: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=dt.UTC)


CHUNK = TimeRange(utc(3, 1), utc(3, 25))
NEXT_CHUNK = TimeRange(utc(3, 25), utc(4, 18))


def workout(record_id: str, day: int = 2, *, updated: int = 1, month: int = 3, **changes: object) -> dict:
    return {
        "id": record_id,
        "user_id": ATHLETE,
        "updated_at": (utc(5, 1) + dt.timedelta(hours=updated)).isoformat(),
        "start": utc(month, day, 10).isoformat(),
        "end": utc(month, day, 11).isoformat(),
        "timezone_offset": "+00:00",
        "score_state": "SCORED",
        "score": {"strain": 8.5, "zone_durations": {"zone_zero_milli": 1}},
    } | changes


def cycle(record_id: int, day: int, **changes: object) -> dict:
    return workout(A, day) | {"id": record_id, "end": utc(3, day + 1, 10).isoformat()} | changes


Pull = Callable[..., dict[str, int]]


@pytest.fixture
def pull(warehouse_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pull:
    """Return a function that lands and stages answers chunk by chunk as a new run and returns the last counts."""
    monkeypatch.setenv("WEARABLES_LANDING", tmp_path.as_uri())
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name) values ('team', %s, 'A', 'B')",
            (ATHLETE,),
        )
    runs = 0

    def run(
        answers: dict[TimeRange, list[dict]],
        collection: str = "workout",
        complete: bool = True,
        meanwhile: Callable[[], Any] = lambda: None,
        together: bool = False,
    ) -> dict[str, int]:
        nonlocal runs
        runs += 1
        run_id = f"run-{runs}"
        window = TimeRange(min(chunk.start for chunk in answers), max(chunk.end for chunk in answers))
        plan = Plan("team", run_id, "manual", window)
        slices = [PlannedSlice(ATHLETE, collection, number, chunk) for number, chunk in enumerate(answers)]
        with transaction(warehouse_engine) as connection:
            save_plan(connection, plan)
            plan_slices(connection, plan, slices)
        counts: dict[str, int] = {}
        for number, (chunk, records) in enumerate(answers.items()):
            if complete:
                land_answer(Slice("team", run_id, chunk, ATHLETE, collection), records)
            meanwhile()
            if not together:
                counts = stage(TEAM, run_id, Batch(number, number, chunk))
        return stage(TEAM, run_id, Batch(0, len(answers) - 1, window)) if together else counts

    def land_answer(slice_: Slice, records: list[dict]) -> None:
        answer = Answer()
        for record in records:
            answer.add(record_line(json.dumps(record).encode(), slice_.collection, ATHLETE))
        manifest = Manifest(
            integration="team",
            run_id=slice_.run_id,
            athlete_id=ATHLETE,
            collection=slice_.collection,
            chunk_start=slice_.chunk.start.isoformat(),
            chunk_end=slice_.chunk.end.isoformat(),
            pages=1,
            records=answer.records,
            rejected=0,
            requests=1,
            waited_seconds=0.0,
            seconds=0.0,
        )
        slice_.landing.commit(answer, manifest)
        with transaction(warehouse_engine) as connection:
            begin(connection, [slice_])
            land(connection, slice_.run, [manifest])

    return run


def counts(
    new: int = 0, changed: int = 0, unchanged: int = 0, deleted: int = 0, regressions: int = 0
) -> dict[str, int]:
    return {"new": new, "changed": changed, "unchanged": unchanged, "deleted": deleted, "regressions": regressions}


def versions(engine: Engine) -> list[tuple]:
    with transaction(engine) as connection:
        rows = connection.exec_driver_sql(
            "select record_id, payload -> 'score' ->> 'strain', superseded_at is null, deleted_at is not null "
            "from raw.records order by record_id, pulled_at"
        )
        return [tuple(row) for row in rows]


def test_an_unknown_record_is_new_and_stored_whole(pull: Pull, warehouse_engine: Engine) -> None:
    assert pull({CHUNK: [workout(A, odd_key={"x": [1, None]})]}) == counts(new=1)
    with transaction(warehouse_engine) as connection:
        row = connection.exec_driver_sql("select * from raw.records").one()
    assert row.payload == workout(A, odd_key={"x": [1, None]})
    assert (row.integration, row.athlete_id, row.run_id) == ("team", ATHLETE, "run-1")


def test_staging_the_same_records_again_touches_nothing(pull: Pull, warehouse_engine: Engine) -> None:
    answer = {CHUNK: [workout(A), workout(B, 3)]}
    pull(answer)
    before = raw_state(warehouse_engine)
    assert pull(answer) == counts(unchanged=2)
    assert raw_state(warehouse_engine) == before


def raw_state(engine: Engine) -> list:
    with transaction(engine) as connection:
        return connection.exec_driver_sql("select r.*, r.xmin::text from raw.records r order by record_id").all()


def test_a_different_order_of_keys_is_not_a_change(pull: Pull) -> None:
    pull({CHUNK: [workout(A)]})
    assert pull({CHUNK: [dict(reversed(workout(A).items()))]}) == counts(unchanged=1)


def test_a_newer_version_supersedes_the_older_one_which_stays_in_history(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A)]})
    assert pull(
        {CHUNK: [workout(A, updated=2, score={"strain": 9, "zone_durations": {"zone_zero_milli": 2}})]}
    ) == counts(changed=1)
    assert versions(warehouse_engine) == [(A, "8.5", False, False), (A, "9", True, False)]


def test_an_older_answer_that_arrives_later_changes_nothing(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A, updated=2)]})
    assert pull({CHUNK: [workout(A, updated=1, score={"strain": 1})]}) == counts(unchanged=1)
    assert versions(warehouse_engine) == [(A, "8.5", True, False)]


def test_with_equal_updated_at_the_version_seen_later_wins(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A)]})
    score = {"strain": 9, "zone_durations": {"zone_zero_milli": 1}}
    assert pull({CHUNK: [workout(A, score=score)]}) == counts(changed=1)
    assert versions(warehouse_engine)[-1] == (A, "9", True, False)


def test_a_version_that_returns_is_stored_as_a_new_version(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A)]})
    pull({CHUNK: [workout(A, score={"strain": 9, "zone_durations": {"zone_zero_milli": 1}})]})
    assert pull({CHUNK: [workout(A)]}) == counts(changed=1)
    assert [row[1:3] for row in versions(warehouse_engine)] == [("8.5", False), ("9", False), ("8.5", True)]


@pytest.mark.parametrize(
    "changes",
    [
        {"score_state": "UNSCORABLE", "score": None},
        {"score": {"strain": 8.5}},
        {"score": {"strain": None, "zone_durations": {"zone_zero_milli": 1}}},
    ],
    ids=["no longer scored", "no zones", "null strain"],
)
def test_a_version_with_fewer_values_wins_and_is_counted_as_a_regression(pull: Pull, changes: dict) -> None:
    pull({CHUNK: [workout(A)]})
    assert pull({CHUNK: [workout(A, updated=2, **changes)]}) == counts(changed=1, regressions=1)


def test_a_record_on_two_pages_is_staged_once_in_its_newest_version(pull: Pull, warehouse_engine: Engine) -> None:
    versions_of_a = [workout(A, updated=2), workout(A, updated=1, score={"strain": 1})]
    assert pull({CHUNK: versions_of_a}) == counts(new=1)
    assert versions(warehouse_engine) == [(A, "8.5", True, False)]


def test_a_record_that_whoop_no_longer_returns_is_marked_deleted(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A), workout(B, 3)]})
    assert pull({CHUNK: [workout(B, 3)]}) == counts(unchanged=1, deleted=1)
    assert versions(warehouse_engine) == [(A, "8.5", True, True), (B, "8.5", True, False)]


def test_an_older_answer_deletes_no_record_that_another_run_has_staged_since(
    pull: Pull, warehouse_engine: Engine
) -> None:
    def another_run() -> None:
        pull({CHUNK: [workout(A), workout(B, 3)]})

    assert pull({CHUNK: [workout(B, 3)]}, meanwhile=another_run) == counts(unchanged=1)
    assert versions(warehouse_engine) == [(A, "8.5", True, False), (B, "8.5", True, False)]


def test_an_older_answer_does_not_bring_back_a_record_that_another_run_has_found_deleted_since(
    pull: Pull, warehouse_engine: Engine
) -> None:
    pull({CHUNK: [workout(A), workout(B, 3)]})

    def another_run() -> None:
        pull({CHUNK: [workout(B, 3)]})

    assert pull({CHUNK: [workout(A), workout(B, 3)]}, meanwhile=another_run) == counts(unchanged=2)
    assert versions(warehouse_engine) == [(A, "8.5", True, True), (B, "8.5", True, False)]


def test_an_empty_answer_never_deletes(pull: Pull) -> None:
    pull({CHUNK: [workout(A)]})
    assert pull({CHUNK: []}) == counts()


def test_an_answer_that_did_not_land_never_deletes(pull: Pull) -> None:
    pull({CHUNK: [workout(A)]})
    assert pull({CHUNK: []}, complete=False) == counts()


def test_a_chunk_that_does_not_contain_the_record_never_deletes_it(pull: Pull) -> None:
    pull({CHUNK: [workout(A, 2)], NEXT_CHUNK: [workout(B, 1, month=4)]})
    assert pull({NEXT_CHUNK: [workout(B, 1, month=4)]}) == counts(unchanged=1)


def test_a_record_across_two_chunks_is_deleted_only_when_missing_from_both(pull: Pull) -> None:
    across = workout(A, start=utc(3, 24, 23).isoformat(), end=utc(3, 25, 1).isoformat())
    others = {CHUNK: [workout(B, 3)], NEXT_CHUNK: [workout(C, 1, month=4)]}
    pull({CHUNK: [across, *others[CHUNK]], NEXT_CHUNK: others[NEXT_CHUNK]})
    assert pull({CHUNK: others[CHUNK]}) == counts(unchanged=1)
    assert pull(others) == counts(unchanged=1, deleted=1)


def test_an_open_cycle_is_never_deleted(pull: Pull) -> None:
    pull({CHUNK: [cycle(1, 2), cycle(2, 5, end=None)]}, "cycle")
    assert pull({CHUNK: [cycle(1, 2)]}, "cycle") == counts(unchanged=1)


def test_a_recovery_belongs_to_the_chunk_of_its_sleep(pull: Pull) -> None:
    score = {"respiratory_rate": 16}
    pull({CHUNK: [workout(A, 2, nap=False, score=score), workout(B, 3, nap=False, score=score)]}, "sleep")
    recovery = workout(A, score={"recovery_score": 61})
    recoveries = [recovery | {"cycle_id": number, "sleep_id": sleep} for number, sleep in ((1, A), (2, B))]
    pull({CHUNK: recoveries}, "recovery")
    assert pull({CHUNK: recoveries[:1]}, "recovery") == counts(unchanged=1, deleted=1)


def test_a_deleted_record_that_returns_is_current_again(pull: Pull, warehouse_engine: Engine) -> None:
    both = [workout(A), workout(B, 3)]
    pull({CHUNK: both})
    pull({CHUNK: both[1:]})
    assert pull({CHUNK: both}) == counts(changed=1, unchanged=1)
    assert versions(warehouse_engine)[:2] == [(A, "8.5", False, True), (A, "8.5", True, False)]


def test_only_touched_records_are_queued_for_the_transform(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A), workout(B, 3)]})
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql("delete from ops.transform_queue")
    pull({CHUNK: [workout(B, 3, updated=2), workout(C, 4)]})
    with transaction(warehouse_engine) as connection:
        row = connection.exec_driver_sql("select athlete_id, collection, record_ids from ops.transform_queue").one()
    assert (row.athlete_id, row.collection, sorted(row.record_ids)) == (ATHLETE, "workout", [A, B, C])


def test_staging_the_same_chunk_again_does_nothing(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A)]})
    assert stage(TEAM, "run-1", Batch(0, 0, CHUNK)) == counts()


def test_the_pull_log_contains_the_counts(pull: Pull, warehouse_engine: Engine) -> None:
    pull({CHUNK: [workout(A), workout(B, 3)]})
    pull({CHUNK: [workout(B, 3, updated=2), workout(C, 4)]})
    with transaction(warehouse_engine) as connection:
        row = connection.exec_driver_sql("select * from ops.slices where run_id = 'run-2'").one()
    assert (row.state, row.records, row.new, row.changed, row.unchanged, row.deleted) == ("staged", 2, 1, 1, 0, 1)
    assert row.finished_at is not None


def test_a_record_in_two_answers_of_a_batch_is_stored_once(pull: Pull, warehouse_engine: Engine) -> None:
    across = workout(A, 24, end=utc(3, 26).isoformat())
    answers = {NEXT_CHUNK: [across], CHUNK: [across, workout(B)]}
    assert pull(answers, together=True) == counts(new=2, unchanged=1)
    assert pull(answers, together=True) == counts(unchanged=3)
    assert len(versions(warehouse_engine)) == 2
    with transaction(warehouse_engine) as connection:
        logged = connection.exec_driver_sql(
            "select new, unchanged from ops.slices where run_id = 'run-1' order by chunk_number"
        ).all()
    assert [new + unchanged for new, unchanged in logged] == [1, 2]


def test_of_two_versions_in_a_batch_the_newest_wins(pull: Pull, warehouse_engine: Engine) -> None:
    older, newer = (
        workout(A, 24, updated=hours, end=utc(3, 26).isoformat(), score={"strain": hours}) for hours in (1, 2)
    )
    assert pull({NEXT_CHUNK: [newer], CHUNK: [older]}, together=True) == counts(new=1, unchanged=1)
    assert versions(warehouse_engine) == [(A, "2", True, False)]


def test_a_record_that_is_missing_from_every_chunk_of_a_batch_that_it_spans_is_deleted(
    pull: Pull, warehouse_engine: Engine
) -> None:
    across, here, there = workout(A, 24, end=utc(3, 26).isoformat()), workout(B), workout(C, 2, month=4)
    pull({NEXT_CHUNK: [across, there], CHUNK: [across, here]}, together=True)
    assert pull({NEXT_CHUNK: [there], CHUNK: [here]}, together=True) == counts(unchanged=2, deleted=1)
    assert [row[0] for row in versions(warehouse_engine) if row[3]] == [A]


def test_a_record_that_another_answer_of_the_batch_contains_is_not_deleted(
    pull: Pull, warehouse_engine: Engine
) -> None:
    moved, here, there = workout(A), workout(B), workout(C, 2, month=4)
    pull({NEXT_CHUNK: [there], CHUNK: [moved, here]}, together=True)
    assert pull({NEXT_CHUNK: [moved, there], CHUNK: [here]}, together=True) == counts(unchanged=3)
    assert not [row for row in versions(warehouse_engine) if row[3]]
