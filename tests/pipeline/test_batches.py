"""Batches: several chunks share a task, and a chunk of a large team can be split among several tasks."""

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wearables.core.errors import PermanentError
from wearables.core.windows import TimeRange, chunks
from wearables.pipeline.batches import MAX_SLICES, MINUTES_PER_BATCH, Batch, Chunk, Part, batches
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform

END = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def planned(days: int, athletes: int, chunk_days: int = 20) -> list[Chunk]:
    window = TimeRange(END - dt.timedelta(days=days), END)
    periods = chunks(window, chunk_days, ZoneInfo("UTC"))
    return [Chunk(number, period, athletes, 4 * athletes) for number, period in enumerate(periods)]


@given(
    sizes=st.lists(st.integers(1, 300), min_size=1, max_size=60),
    per_minute=st.floats(0.1, 1e9),
    per_task=st.none() | st.integers(1, 100),
    newest_alone=st.booleans(),
)
def test_every_athlete_of_every_chunk_is_in_exactly_one_batch(
    sizes: list[int], per_minute: float, per_task: int | None, newest_alone: bool
) -> None:
    period = TimeRange(END - dt.timedelta(days=1), END)
    of_run = [Chunk(number, period, athletes, 4 * athletes) for number, athletes in enumerate(sizes)]
    found = batches(of_run, per_minute, per_task, newest_alone=newest_alone)
    seen = [
        (chunk.number, athlete)
        for batch in found
        for chunk in of_run[batch.first_chunk : batch.last_chunk + 1]
        for athlete in batch.part.of(list(range(chunk.athletes)))
    ]
    assert sorted(seen) == [(chunk.number, athlete) for chunk in of_run for athlete in range(chunk.athletes)]
    for batch in found:
        together = of_run[batch.first_chunk : batch.last_chunk + 1]
        slices = sum(chunk.slices for chunk in together)
        assert len(together) == 1 or slices <= min(MAX_SLICES, MINUTES_PER_BATCH * per_minute)
        assert all(len(batch.part.of(list(range(each.athletes)))) <= (per_task or math.inf) for each in together)
        assert not newest_alone or batch.first_chunk > 0 or batch.last_chunk == 0


@pytest.mark.parametrize(
    ("days", "athletes", "per_minute", "per_task", "expected"),
    [
        (365, 1, 100, None, 1),
        (130, 40, 100, None, 2),
        (130, 40, 1e9, None, 1),
        (731, 1000, 100, None, 37),
        (731, 1000, 100, 250, 148),
        (1, 1000, 100, None, 1),
    ],
    ids=["a year", "a season", "without a limit", "two years", "in parts", "a day"],
)
def test_the_number_of_tasks_follows_the_minutes_and_not_the_days(
    days: int, athletes: int, per_minute: float, per_task: int | None, expected: int
) -> None:
    found = batches(planned(days, athletes), per_minute, per_task, newest_alone=False)
    assert len(found) == expected
    starts = [batch.period.start for batch in found]
    assert starts == sorted(starts, reverse=True)


def test_the_newest_days_of_a_scheduled_run_do_not_wait_for_older_ones(make_team: Callable[..., Any]) -> None:
    team = make_team(days=45, settings={"start_date": dt.datetime.now(dt.UTC).date() - dt.timedelta(days=45)})
    _, found = team.validate(run_type="scheduled")
    assert [(batch.first_chunk, batch.last_chunk > 0) for batch in found] == [(0, False), (1, True)]


def test_a_pull_in_parts_has_the_expected_metrics(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=3, settings={"athletes_per_task": 1})
    run_id, found = team.validate(**team.all_days())
    assert [batch.part for batch in found[:3]] == [Part(1, 3), Part(2, 3), Part(3, 3)]
    for batch in found:
        extract(team.integration, run_id, batch)
    for batch in found:
        stage(team.integration, run_id, batch)
    transform(team.integration, run_id)
    assert team.metrics() == team.expected_metrics()


def test_staging_one_part_leaves_the_slices_of_another_part_landed(make_team: Callable[..., Any]) -> None:
    team = make_team()
    run_id, (batch,) = team.validate(**team.all_days())
    extract(team.integration, run_id, batch)
    stage(team.integration, run_id, replace(batch, part=Part(1, 2)))
    states = team.rows(
        "select athlete_id, array_agg(distinct state) from ops.slices where chunk_number = 0 group by 1 order by 1"
    )
    assert states == [(team.athlete_ids[0], ["staged"]), (team.athlete_ids[1], ["landed"])]


def test_staging_chunk_by_chunk_and_all_at_once_give_the_same_rows_and_counts(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, days=60)

    def pulled(first: bool) -> list[tuple]:
        run_id, (batch,) = team.validate(**team.all_days())
        extract(team.integration, run_id, batch)
        numbers = range(batch.last_chunk + 1)
        for each in [batch] if first else [Batch(number, number, batch.period) for number in numbers]:
            stage(team.integration, run_id, each)
        counts = "sum(new), sum(changed), sum(unchanged), sum(deleted), sum(records), count(*), min(state), max(state)"
        found = team.rows(
            f"select athlete_id, collection, {counts} from ops.slices where run_id = %s group by 1, 2 order by 1, 2",
            run_id,
        )
        found += team.rows("select collection, athlete_id, record_id, payload from raw.records order by 1, 2, 3")
        team.rows("truncate raw.records, ops.watermarks; select 1")
        return found

    assert pulled(first=True) == pulled(first=False)


def test_a_pull_with_more_tasks_than_airflow_can_map_is_rejected(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, settings={"chunk_days": 1, "athletes_per_task": 1})
    with pytest.raises(PermanentError, match="Raise athletes_per_task"):
        team.validate(start_date="2020-01-01", end_date="2026-01-01")


@pytest.mark.dag
def test_every_batch_is_a_mapped_task(make_team: Callable[..., Any], run_dag: Callable[..., Any]) -> None:
    team = make_team(settings={"athletes_per_task": 1, "tasks_at_once": 2})
    _, found = team.validate(**team.all_days())
    result = run_dag(**team.all_days())
    assert result["run"] == "success"
    assert [task for task, _ in result["tasks"]].count("extract") == len(found)
    assert team.metrics() == team.expected_metrics()
