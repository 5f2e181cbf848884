"""analytics.metrics: every value of analytics.days as a row, with where it comes from and when it last changed."""

from collections.abc import Callable
from typing import Any

from wearables.core.metrics import catalogue

UPDATED = "select metric, updated_at from analytics.metrics where athlete_id = %s and metric_date = %s order by 1"


def test_the_rows_are_the_values_of_the_days(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=3, days=60)
    team.pull(**team.all_days())
    record_of = {"cycle": "cycle_id", "recovery": "cycle_id", "sleep": "main_sleep_id"}
    expected = {
        (day["athlete_id"], day["metric_date"], metric.name): (
            day[metric.name],
            metric.unit,
            metric.records == "cycle" and day["ended_at"] is None,
            day.get(record_of.get(metric.records)),
        )
        for day in dictionaries(
            team,
            "select days.*, cycle.ended_at from analytics.days left join raw.records as cycle "
            "on cycle.collection = 'cycle' and cycle.record_id = days.cycle_id and cycle.superseded_at is null",
        )
        for metric in catalogue().metrics
        if day[metric.name] is not None
    }
    rows = team.rows(
        "select athlete_id, metric_date, metric, value, unit, is_provisional, source_record_id from analytics.metrics"
    )
    assert {row[:3]: row[3:] for row in rows} == expected
    assert len(rows) == len(expected) > 4000
    assert {row[5] for row in rows} == {True, False}


def test_every_source_record_exists_and_belongs_to_the_metric(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=2, days=30)
    team.pull(**team.all_days())
    of = {metric.name: metric.records for metric in catalogue().metrics}
    records = dict(team.rows("select collection || '/' || record_id, athlete_id from raw.records"))
    for athlete_id, metric, record_id in team.rows(
        "select athlete_id, metric, source_record_id from analytics.metrics"
    ):
        expected = athlete_id if of[metric] in ("cycle", "recovery", "sleep") else None
        assert records.get(f"{of[metric]}/{record_id}") == expected, metric


def test_only_values_that_change_or_appear_get_a_new_updated_at(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=1, days=12)
    (athlete_id,) = team.athlete_ids
    recovery = next(
        each for each in team.world.records[athlete_id, "recovery"][2:] if each.payload["score_state"] == "SCORED"
    )
    score = recovery.payload["score"]
    team.world.patch(athlete_id, "recovery", recovery.id, {"score": {"hrv_rmssd_milli": None}})
    team.pull(**team.all_days())
    (date,) = team.rows("select metric_date from analytics.cycle_days where cycle_id = %s", str(recovery.id))[0]
    before = dict(team.rows(UPDATED, athlete_id, date))
    assert "heart_rate_variability" not in before and len(set(before.values())) == 1
    changes = {
        "hrv_rmssd_milli": 55.5,
        "recovery_score": (score["recovery_score"] + 10) % 100,
        "resting_heart_rate": None,
    }
    team.world.patch(athlete_id, "recovery", recovery.id, {"score": changes})
    team.pull(**team.all_days())
    after = dict(team.rows(UPDATED, athlete_id, date))
    assert {name for name in after if after[name] != before.get(name)} == {"heart_rate_variability", "recovery"}
    assert after["recovery"] == after["heart_rate_variability"] > before["recovery"]
    assert set(before) - set(after) == {"resting_heart_rate"}
    assert team.rows("select metric, updated_at, superseded_at from analytics.metric_versions order by metric") == [
        (name, before[name], after["recovery"]) for name in ("recovery", "resting_heart_rate")
    ]
    team.pull(**team.all_days())
    assert dict(team.rows(UPDATED, athlete_id, date)) == after


def dictionaries(team: Any, query: str) -> list[dict[str, Any]]:
    with team.engine.connect() as connection:
        return [dict(row) for row in connection.exec_driver_sql(query).mappings()]
