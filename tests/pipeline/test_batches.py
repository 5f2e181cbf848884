"""Batches: one task per chunk by default, several when the integration file sets ``athletes_per_task``."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.warehouse import transaction
from wearables.core.windows import TimeRange, chunks
from wearables.pipeline.batches import batches
from wearables.pipeline.extract import extract
from wearables.pipeline.plan import Plan, chunks_of, save_plan
from wearables.pipeline.slices import PlannedSlice, plan_slices
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform


@given(athletes=st.lists(st.integers(), unique=True, max_size=300), per_task=st.none() | st.integers(1, 50))
def test_every_athlete_is_in_exactly_one_batch_of_at_most_the_given_size(
    athletes: list[int], per_task: int | None
) -> None:
    batched = [batch.of(athletes) for batch in batches(len(athletes), per_task)]
    assert sorted(athlete for batch in batched for athlete in batch) == sorted(athletes)
    assert all(len(batch) <= (per_task or len(athletes)) for batch in batched)


@pytest.mark.parametrize(("athletes", "per_task", "expected"), [(1000, None, 37), (40, 250, 37), (1000, 250, 148)])
def test_two_years_need_few_tasks_which_are_ordered_newest_first(
    warehouse_engine: Engine, athletes: int, per_task: int | None, expected: int
) -> None:
    integration = Integration(name="team", connection="team", athletes_per_task=per_task)
    end = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    plan = Plan("team", "run", "manual", TimeRange(end - dt.timedelta(days=731), end))
    planned = [
        PlannedSlice(athlete_id, "cycle", number, chunk)
        for number, chunk in enumerate(chunks(plan.window, integration.chunk_days, ZoneInfo("UTC")))
        for athlete_id in range(athletes)
    ]
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name) "
            "select 'team', id, 'A', 'B' from generate_series(0, %s) as id",
            (athletes,),
        )
        save_plan(connection, plan)
        plan_slices(connection, plan, planned)
        tasks = chunks_of(connection, plan, integration.athletes_per_task)
    assert len(tasks) == expected
    starts = [chunk.period.start for chunk in tasks]
    assert starts == sorted(starts, reverse=True)


def test_a_pull_in_batches_has_the_expected_metrics(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=3, settings={"athletes_per_task": 1})
    run_id, plan_chunks = team.validate(**team.all_days())
    assert [chunk.batch for chunk in plan_chunks[:3]] == batches(3, 1)
    for chunk in plan_chunks:
        extract(team.integration, run_id, chunk)
    for chunk in plan_chunks:
        stage(team.integration, run_id, chunk)
    transform(team.integration, run_id)
    assert team.metrics() == team.expected_metrics()


def test_staging_one_batch_leaves_the_slices_of_another_batch_landed(make_team: Callable[..., Any]) -> None:
    team = make_team()
    run_id, plan_chunks = team.validate(**team.all_days())
    extract(team.integration, run_id, plan_chunks[0])
    stage(team.integration, run_id, replace(plan_chunks[0], batch=batches(2, 1)[0]))
    states = team.rows(
        "select athlete_id, array_agg(distinct state) from ops.slices where chunk_number = 0 group by 1 order by 1"
    )
    assert states == [(team.athlete_ids[0], ["staged"]), (team.athlete_ids[1], ["landed"])]


def test_a_pull_with_more_tasks_than_airflow_can_map_is_rejected(make_team: Callable[..., Any]) -> None:
    team = make_team(settings={"chunk_days": 1})
    with pytest.raises(PermanentError, match="Raise chunk_days or athletes_per_task"):
        team.validate(start_date="2020-01-01", end_date="2026-01-01")


@pytest.mark.dag
def test_every_batch_of_a_chunk_is_a_mapped_task(make_team: Callable[..., Any], run_dag: Callable[..., Any]) -> None:
    team = make_team(settings={"athletes_per_task": 1, "tasks_at_once": 2})
    _, plan_chunks = team.validate(**team.all_days())
    result = run_dag(**team.all_days())
    assert result["run"] == "success"
    assert [task for task, _ in result["tasks"]].count("extract") == len(plan_chunks)
    assert team.metrics() == team.expected_metrics()
