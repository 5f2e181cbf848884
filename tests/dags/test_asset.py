"""The asset of an integration: an event after each commit lets other DAGs run on the new data."""

from typing import Any

import pytest
from sqlalchemy import select


def events() -> list[tuple[str, dict]]:
    """Return the asset name and the extra of every event, oldest first."""
    from airflow.models.asset import AssetEvent, AssetModel
    from airflow.utils.session import create_session

    with create_session() as session:
        query = select(AssetModel.name, AssetEvent.extra).join(AssetEvent, AssetEvent.asset_id == AssetModel.id)
        return [tuple(row) for row in session.execute(query.order_by(AssetEvent.id))]


@pytest.mark.dag
def test_a_pull_emits_an_event_with_its_window_and_counts(make_team: Any, run_dag: Any) -> None:
    team = make_team(athletes=2, days=10)
    before = len(events())
    assert run_dag(**team.all_days())["run"] == "success"
    emitted = events()[before:]
    assert [name for name, _ in emitted] == ["wearables://team"]
    extra = emitted[0][1]
    [(run_id, started, ended)] = team.rows("select run_id, window_start, window_end from ops.runs")
    assert extra["run_id"] == run_id
    assert extra["window_start"] == started.isoformat()
    assert extra["window_end"] == ended.isoformat()
    assert extra["inserted"] == len(team.metrics())
    # Only counts and times, so no health value can leak.
    assert {key for key in extra if not key.startswith("window")} == {
        "records",
        "days",
        "inserted",
        "updated",
        "deleted",
        "quarantined",
        "run_id",
    }


@pytest.mark.dag
def test_one_athletes_failure_does_not_withhold_the_event_for_the_others(make_team: Any, run_dag: Any) -> None:
    team = make_team(athletes=2, days=10)
    team.world.revoke(team.athlete_ids[0])
    before = len(events())
    assert run_dag(**team.all_days())["run"] == "failed"
    assert [name for name, _ in events()[before:]] == ["wearables://team"]


@pytest.mark.dag
def test_a_rejected_pull_emits_no_event(make_team: Any, run_dag: Any) -> None:
    make_team(athletes=1, days=10)
    before = len(events())
    run_dag(start_date="2026-05-02", end_date="2026-05-01")
    assert events()[before:] == []
