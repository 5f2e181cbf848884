"""What was known at a moment can be asked at any later one."""

import datetime as dt
from collections.abc import Callable
from typing import Any

COLUMNS = "integration, athlete_id, metric_date, metric, value, unit, is_provisional, source_record_id, updated_at"
NOW = f"select {COLUMNS} from analytics.metrics order by 1, 2, 3, 4"
AS_OF = f"select {COLUMNS} from analytics.metrics_as_of(%s) order by 1, 2, 3, 4"


def test_metrics_as_of_a_moment_are_those_the_table_held_then(team: Callable[..., Any]) -> None:
    squad = team(athletes=2, days=12)
    athlete_id = squad.athlete_ids[0]
    moments: list[tuple[dt.datetime, list]] = []

    def pull() -> None:
        squad.pull(**squad.all_days())
        moments.append((squad.rows("select clock_timestamp()")[0][0], squad.rows(NOW)))

    before = squad.rows("select clock_timestamp()")[0][0]
    pull()
    recoveries = squad.world.records[athlete_id, "recovery"]
    scored = [each for each in recoveries if each.payload["score_state"] == "SCORED"]
    squad.world.patch(athlete_id, "recovery", scored[2].id, {"score": {"recovery_score": 12.5}})
    pull()
    squad.world.patch(athlete_id, "recovery", scored[2].id, {"score": {"recovery_score": 13.5}})
    squad.world.patch(athlete_id, "recovery", scored[3].id, {"score_state": "UNSCORABLE"})
    squad.world.delete(athlete_id, "workout", squad.world.records[athlete_id, "workout"][2].id)
    pull()
    squad.world.patch(athlete_id, "recovery", scored[3].id, {"score_state": "SCORED"})
    pull()
    assert len({str(known) for _, known in moments}) == 4
    assert squad.rows(AS_OF, before) == []
    for moment, known in moments:
        assert squad.rows(AS_OF, moment) == known
    assert squad.rows(f"select {COLUMNS} from analytics.metrics_as_of(now()) order by 1, 2, 3, 4") == squad.rows(NOW)


def test_a_pull_that_changes_nothing_adds_no_history(team: Callable[..., Any]) -> None:
    squad = team(athletes=2, days=12)
    squad.pull(**squad.all_days())
    squad.pull(**squad.all_days())
    assert squad.rows("select * from analytics.metric_versions") == []
    assert squad.rows("select * from analytics.changes") == []


def test_every_change_of_a_score_is_told_with_old_and_new_value(team: Callable[..., Any]) -> None:
    squad = team(athletes=1, days=12)
    athlete_id = squad.athlete_ids[0]
    squad.pull(**squad.all_days())
    recovery = next(
        each for each in squad.world.records[athlete_id, "recovery"][2:] if each.payload["score_state"] == "SCORED"
    )
    old = recovery.payload["score"]["recovery_score"]
    squad.world.patch(athlete_id, "recovery", recovery.id, {"score": {"recovery_score": 12.5}})
    squad.pull(**squad.all_days())
    squad.world.patch(
        athlete_id, "recovery", recovery.id, {"score_state": "UNSCORABLE", "score": {"recovery_score": None}}
    )
    squad.pull(**squad.all_days())
    told = squad.rows(
        "select change, field, metric, old_value, new_value from analytics.changes where record_id = %s "
        "order by changed_at, field",
        recovery.id,
    )
    assert told == [
        ("corrected", "score.recovery_score", "recovery", str(old), "12.5"),
        ("withdrawn", "score.recovery_score", "recovery", "12.5", None),
        ("withdrawn", "score_state", None, "SCORED", "UNSCORABLE"),
    ]
