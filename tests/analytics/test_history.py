"""The history of metrics: what the warehouse knew at a past time, and what has changed since."""

import datetime as dt
from collections.abc import Callable
from typing import Any

COLUMNS = "integration, athlete_id, metric_date, metric, value, unit, is_provisional, source_record_id, updated_at"
NOW = f"select {COLUMNS} from analytics.metrics order by 1, 2, 3, 4"
AS_OF = f"select {COLUMNS} from analytics.metrics_as_of(%s) order by 1, 2, 3, 4"


def test_metrics_as_of_a_past_time_are_those_the_table_held_then(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, days=12)
    athlete_id = team.athlete_ids[0]
    states: list[tuple[dt.datetime, list]] = []

    def pull() -> None:
        team.pull(**team.all_days())
        states.append((team.rows("select clock_timestamp()")[0][0], team.rows(NOW)))

    before = team.rows("select clock_timestamp()")[0][0]
    pull()
    recoveries = team.world.records[athlete_id, "recovery"]
    scored = [each for each in recoveries if each.payload["score_state"] == "SCORED"]
    team.world.patch(athlete_id, "recovery", scored[2].id, {"score": {"recovery_score": 12.5}})
    pull()
    team.world.patch(athlete_id, "recovery", scored[2].id, {"score": {"recovery_score": 13.5}})
    team.world.patch(athlete_id, "recovery", scored[3].id, {"score_state": "UNSCORABLE"})
    team.world.delete(athlete_id, "workout", team.world.records[athlete_id, "workout"][2].id)
    pull()
    team.world.patch(athlete_id, "recovery", scored[3].id, {"score_state": "SCORED"})
    pull()
    assert len({str(known) for _, known in states}) == 4
    assert team.rows(AS_OF, before) == []
    for time, known in states:
        assert team.rows(AS_OF, time) == known
    assert team.rows(f"select {COLUMNS} from analytics.metrics_as_of(now()) order by 1, 2, 3, 4") == team.rows(NOW)


def test_a_pull_that_changes_nothing_adds_no_history(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, days=12)
    team.pull(**team.all_days())
    team.pull(**team.all_days())
    assert team.rows("select * from analytics.metric_versions") == []
    assert team.rows("select * from analytics.changes") == []


def test_every_change_of_a_score_is_listed_with_old_and_new_value(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=1, days=12)
    athlete_id = team.athlete_ids[0]
    team.pull(**team.all_days())
    recovery = next(
        each for each in team.world.records[athlete_id, "recovery"][2:] if each.payload["score_state"] == "SCORED"
    )
    old = recovery.payload["score"]["recovery_score"]
    team.world.patch(athlete_id, "recovery", recovery.id, {"score": {"recovery_score": 12.5}})
    team.pull(**team.all_days())
    team.world.patch(
        athlete_id, "recovery", recovery.id, {"score_state": "UNSCORABLE", "score": {"recovery_score": None}}
    )
    team.pull(**team.all_days())
    changes = team.rows(
        "select change, field, metric, old_value, new_value from analytics.changes where record_id = %s "
        "order by changed_at, field",
        recovery.id,
    )
    assert changes == [
        ("corrected", "score.recovery_score", "recovery", str(old), "12.5"),
        ("withdrawn", "score.recovery_score", "recovery", "12.5", None),
        ("withdrawn", "score_state", None, "SCORED", "UNSCORABLE"),
    ]
