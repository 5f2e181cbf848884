"""A value that is missing always has its reason."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from wearables.core.errors import RunFailed

REASONS = {
    "complete", "pending_score", "unscorable", "calibrating", "no_record", "not_asked", "failed", "reconnect",
    "inactive_membership", "before_consent", "deleted_at_whoop",
}  # fmt: skip
# Columns of athlete_days by the collection whose record gives them.
COLLECTIONS = {
    "cycle": ("day_strain", "energy", "average_heart_rate", "max_heart_rate", "steps"),
    "recovery": ("recovery", "resting_heart_rate", "heart_rate_variability", "blood_oxygen", "skin_temperature"),
    "sleep": (
        "sleep_performance", "hours_of_sleep", "sleep_efficiency", "sleep_consistency", "respiratory_rate",
        "light_sleep", "slow_wave_sleep", "rem_sleep", "awake_time", "time_in_bed", "sleep_cycles", "disturbances",
        "sleep_need", "naps", "nap_hours", "sleep_need_baseline", "sleep_debt_vendor",
    ),
    "workout": ("workouts", "workout_minutes", "workout_energy", *(f"zone_{zone}_minutes" for zone in range(6))),
}  # fmt: skip
KEYS = {"integration", "athlete_id", "metric_date", "is_provisional"}
# null without the record they tell of; the date has its reason all the same
MARKS = {"is_calibrating", "timezone_offset", "sleep_started_at_local", "sleep_ended_at_local"}


def test_every_null_in_athlete_days_has_its_reason(team: Callable[..., Any]) -> None:
    squad = team(athletes=4, days=60)
    troubled = squad.athlete_ids[3]
    lost = squad.world.records[troubled, "workout"][3]
    squad.pull(**squad.all_days())
    squad.world.delete(troubled, "workout", lost.id)
    squad.pull(**squad.all_days())
    days = rows(squad, "athlete_days")
    coverage = {(row["athlete_id"], row["metric_date"], row["collection"]): row for row in rows(squad, "coverage")}
    assert set(days[0]) - KEYS - MARKS == {column for columns in COLLECTIONS.values() for column in columns}
    nulls = 0
    for day in days:
        for collection, columns in COLLECTIONS.items():
            told = coverage[day["athlete_id"], day["metric_date"], collection]
            for column in (column for column in columns if day[column] is None):
                nulls += 1
                assert told["reason"] not in {"complete", "calibrating"} or column in told["absent_metrics"]
            # and a reason that speaks of nothing has no value beside it, but for the naps of a day without a main sleep
            if told["reason"] not in {"complete", "calibrating", "pending_score", "unscorable"}:
                assert not [column for column in columns if day[column] is not None and "nap" not in column]
    assert nulls > 500
    assert {row["reason"] for row in coverage.values()} <= REASONS


def test_coverage_has_exactly_one_row_for_every_athlete_date_and_collection(team: Callable[..., Any]) -> None:
    squad = team(athletes=3, days=20)
    squad.pull(**squad.all_days(), athletes=squad.athlete_ids[:2])
    shape = """
        select athlete_id, count(*), count(distinct (metric_date, collection)), max(metric_date) - min(metric_date) + 1
        from analytics.coverage
        group by athlete_id
    """
    found = squad.rows(shape)
    assert sorted(row[0] for row in found) == squad.athlete_ids
    assert [(total, distinct) for _, total, distinct, _ in found] == [(4 * dates, 4 * dates) for *_, dates in found]
    # Nobody asked for the third athlete.
    reasons = "select distinct reason from analytics.coverage where athlete_id = %s and metric_date < current_date - 1"
    assert squad.rows(reasons, squad.athlete_ids[2]) == [("before_consent",)]


def test_a_revoked_grant_an_ended_membership_and_an_outage_are_told_apart(team: Callable[..., Any]) -> None:
    squad = team(athletes=4, days=10)
    gone, inactive, unlucky, _ = squad.athlete_ids
    squad.world.revoke(gone)
    squad.world.deactivate(inactive)
    squad.world.add_fault("status", status=500, athlete_id=unlucky, collection="sleep", times=1000)
    with suppress(RunFailed):
        squad.pull(**squad.all_days())
    reasons = """
        select distinct reason
        from analytics.coverage
        where athlete_id = %s and collection = %s and metric_date < current_date - 3
    """
    assert squad.rows(reasons, gone, "cycle") == [("reconnect",)]
    assert squad.rows(reasons, inactive, "cycle") == [("inactive_membership",)]
    assert squad.rows(reasons, unlucky, "sleep") == [("failed",)]


def rows(squad: Any, view: str) -> list[dict]:
    with squad.engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"select * from analytics.{view}").mappings()]
