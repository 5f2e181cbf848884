"""analytics.coverage: every missing value has a reason."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from wearables.core.errors import RunFailed
from wearables.core.metrics import catalogue

REASONS = {
    "complete",
    "pending_score",
    "unscorable",
    "calibrating",
    "no_record",
    "not_asked",
    "failed",
    "not_granted",
    "reconnect",
    "inactive_membership",
    "before_consent",
    "deleted_at_whoop",
}
# Columns of athlete_days, by the collection that provides them.
COLLECTIONS = {
    collection: [metric.name for metric in catalogue().daily if metric.collection == collection]
    for collection in ("cycle", "recovery", "sleep", "workout")
}
COLLECTIONS["sleep"] += ["sleep_need_baseline", "sleep_debt_vendor"]
KEYS = {"integration", "athlete_id", "metric_date", "is_provisional"}
# Columns that describe the record itself and are null without it.
RECORD_COLUMNS = {"is_calibrating", "timezone_offset", "sleep_started_at_local", "sleep_ended_at_local"}


def test_every_null_in_athlete_days_has_a_reason(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=4, days=60)
    athlete_id = team.athlete_ids[3]
    deleted = team.world.records[athlete_id, "workout"][3]
    team.pull(**team.all_days())
    team.world.delete(athlete_id, "workout", deleted.id)
    team.pull(**team.all_days())
    days = rows(team, "athlete_days")
    coverage = {(row["athlete_id"], row["metric_date"], row["collection"]): row for row in rows(team, "coverage")}
    assert set(days[0]) - KEYS - RECORD_COLUMNS == {column for columns in COLLECTIONS.values() for column in columns}
    nulls = 0
    for day in days:
        for collection, columns in COLLECTIONS.items():
            covered = coverage[day["athlete_id"], day["metric_date"], collection]
            for column in (column for column in columns if day[column] is None):
                nulls += 1
                assert covered["reason"] not in {"complete", "calibrating"} or column in covered["absent_metrics"]
            # No other reason allows values, except for the naps of a day without a main sleep.
            if covered["reason"] not in {"complete", "calibrating", "pending_score", "unscorable"}:
                assert not [column for column in columns if day[column] is not None and "nap" not in column]
    assert nulls > 500
    assert {row["reason"] for row in coverage.values()} <= REASONS


def test_coverage_has_exactly_one_row_for_every_athlete_date_and_collection(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=3, days=20)
    team.pull(**team.all_days(), athletes=team.athlete_ids[:2])
    shape = """
        select athlete_id, count(*), count(distinct (metric_date, collection)), max(metric_date) - min(metric_date) + 1
        from analytics.coverage
        group by athlete_id
    """
    counts = team.rows(shape)
    assert sorted(row[0] for row in counts) == team.athlete_ids
    assert [(total, distinct) for _, total, distinct, _ in counts] == [(4 * dates, 4 * dates) for *_, dates in counts]
    # The third athlete was not part of the pull.
    reasons = "select distinct reason from analytics.coverage where athlete_id = %s and metric_date < current_date - 1"
    assert team.rows(reasons, team.athlete_ids[2]) == [("before_consent",)]


def test_a_revoked_grant_an_ended_membership_and_an_outage_have_different_reasons(
    make_team: Callable[..., Any],
) -> None:
    team = make_team(athletes=4, days=10)
    revoked, inactive, failing, _ = team.athlete_ids
    team.world.revoke(revoked)
    team.world.deactivate(inactive)
    team.world.add_fault("status", status=500, athlete_id=failing, collection="sleep", times=1000)
    with suppress(RunFailed):
        team.pull(**team.all_days())
    reasons = """
        select distinct reason
        from analytics.coverage
        where athlete_id = %s and collection = %s and metric_date < current_date - 3
    """
    assert team.rows(reasons, revoked, "cycle") == [("reconnect",)]
    assert team.rows(reasons, inactive, "cycle") == [("inactive_membership",)]
    assert team.rows(reasons, failing, "sleep") == [("failed",)]


def rows(team: Any, view: str) -> list[dict]:
    with team.engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"select * from analytics.{view}").mappings()]
