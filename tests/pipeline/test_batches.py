"""Large squads and long periods: few tasks by default, and more for one chunk when the file says so."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.windows import TimeRange, chunks
from wearables.pipeline.batches import batches
from wearables.pipeline.extract import extract
from wearables.pipeline.plan import Plan
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform
from wearables.pipeline.validate import batched_chunks


@given(athletes=st.lists(st.integers(), unique=True, max_size=300), per_task=st.none() | st.integers(1, 50))
def test_each_athlete_is_in_one_batch_and_no_batch_is_too_large(athletes: list[int], per_task: int | None) -> None:
    shares = [batch.of(athletes) for batch in batches(len(athletes), per_task)]
    assert sorted(athlete for share in shares for athlete in share) == sorted(athletes)
    assert all(len(share) <= (per_task or len(athletes)) for share in shares)


@pytest.mark.parametrize(("athletes", "per_task", "expected"), [(1000, None, 37), (40, 250, 37), (1000, 250, 148)])
def test_two_years_are_tens_of_tasks_newest_first(athletes: int, per_task: int | None, expected: int) -> None:
    integration = Integration(name="team", connection="team", athletes_per_task=per_task)
    end = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    window = TimeRange(end - dt.timedelta(days=731), end)
    pieces = chunks(window, integration.chunk_days, ZoneInfo("UTC"))
    plan = Plan("team", "run", "manual", window, pieces, list(range(athletes)), ["cycle"], True)
    made = batched_chunks(integration, plan)
    assert len(made) == expected
    assert [chunk.start for chunk, _ in made] == sorted((chunk.start for chunk, _ in made), reverse=True)


def test_a_pull_in_batches_holds_the_truth(team: Callable[..., Any]) -> None:
    squad = team(athletes=3, settings={"athletes_per_task": 1})
    run_id, pieces = squad.validate(**squad.all_days())
    three = batches(3, 1)
    for chunk in pieces:
        for batch in three:
            extract(squad.integration, run_id, chunk, batch)
        for batch in three:
            stage(squad.integration, run_id, chunk, batch)
    transform(squad.integration, run_id)
    assert squad.metrics() == squad.truth()


def test_staging_a_batch_leaves_what_another_has_landed_to_it(team: Callable[..., Any]) -> None:
    squad = team()
    run_id, pieces = squad.validate(**squad.all_days())
    extract(squad.integration, run_id, pieces[0])
    stage(squad.integration, run_id, pieces[0], batches(2, 1)[0])
    states = squad.rows("select athlete_id, array_agg(distinct state) from ops.slices group by 1 order by 1")
    assert states == [(squad.athlete_ids[0], ["staged"]), (squad.athlete_ids[1], ["landed"])]


def test_a_pull_of_more_tasks_than_airflow_maps_is_refused(team: Callable[..., Any]) -> None:
    squad = team(settings={"chunk_days": 1})
    with pytest.raises(PermanentError, match="Raise chunk_days or athletes_per_task"):
        squad.validate(start_date="2020-01-01", end_date="2026-01-01")


@pytest.mark.dag
def test_a_split_squad_is_a_mapped_task_for_each_part_of_a_chunk(
    team: Callable[..., Any], run_dag: Callable[..., Any]
) -> None:
    squad = team(settings={"athletes_per_task": 1, "tasks_at_once": 2})
    _, pieces = squad.validate(**squad.all_days())
    done = run_dag(**squad.all_days())
    assert done["run"] == "success"
    assert [task for task, _ in done["tasks"]].count("extract") == 2 * len(pieces)
    assert squad.metrics() == squad.truth()
