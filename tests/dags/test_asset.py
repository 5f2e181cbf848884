"""Others' DAGs run when an integration's data are there: an event of its asset, after the commit."""

from typing import Any

import pytest
from sqlalchemy import select


def events() -> list[tuple[str, dict]]:
    """Name of the asset and extra of every event, oldest first."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    with create_session() as session:
        found = select(AssetModel.name, AssetEvent.extra).join(AssetEvent, AssetEvent.asset_id == AssetModel.id)
        return [tuple(row) for row in session.execute(found.order_by(AssetEvent.id))]


@pytest.mark.dag
def test_a_pull_tells_its_consumers_what_was_committed_and_for_which_window(team: Any, run_dag: Any) -> None:
    squad = team(athletes=2, days=10)
    before = len(events())
    assert run_dag(**squad.all_days())["run"] == "success"
    told = events()[before:]
    assert [name for name, _ in told] == ["wearables://team"]
    extra = told[0][1]
    [(run_id, started, ended)] = squad.rows("select run_id, window_start, window_end from ops.runs")
    assert extra["run_id"] == run_id
    assert extra["window_start"] == started.isoformat()
    assert extra["window_end"] == ended.isoformat()
    assert extra["inserted"] == len(squad.metrics())
    # Counts and times only: no health value can be among them.
    assert {key for key in extra if not key.startswith("window")} == {
        "records", "days", "inserted", "updated", "deleted", "quarantined", "run_id",
    }  # fmt: skip


@pytest.mark.dag
def test_the_trouble_of_one_athlete_does_not_keep_the_others_data_from_consumers(team: Any, run_dag: Any) -> None:
    squad = team(athletes=2, days=10)
    squad.world.revoke(squad.athlete_ids[0])
    before = len(events())
    assert run_dag(**squad.all_days())["run"] == "failed"
    assert [name for name, _ in events()[before:]] == ["wearables://team"]


@pytest.mark.dag
def test_a_refused_pull_tells_nobody(team: Any, run_dag: Any) -> None:
    team(athletes=1, days=10)
    before = len(events())
    run_dag(start_date="2026-05-02", end_date="2026-05-01")
    assert events()[before:] == []
