"""The same seed generates the same athletes, whose data contain every irregularity seen in real data."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest

from wearables_dev.sandbox import World
from wearables_dev.sandbox.expected_metrics import expected_metrics, local, moment

NOW = dt.datetime(2026, 1, 15, 9, 30, tzinfo=dt.UTC)
NIGHT = {
    "id": "night",
    "cycle_id": 5,
    "nap": False,
    "score_state": "SCORED",
    "timezone_offset": "-05:00",
    "start": "2026-03-02T04:00:00.000Z",
    "end": "2026-03-02T12:00:00.000Z",
    "score": {
        "stage_summary": {
            "total_in_bed_time_milli": 28_800_000,
            "total_awake_time_milli": 3_600_000,
            "total_no_data_time_milli": 0,
            "total_light_sleep_time_milli": 14_400_000,
            "total_slow_wave_sleep_time_milli": 7_200_000,
            "total_rem_sleep_time_milli": 3_600_000,
            "sleep_cycle_count": 4,
            "disturbance_count": 9,
        },
        "sleep_needed": {"baseline_milli": 27_000_000, "need_from_sleep_debt_milli": 1_800_000},
        "respiratory_rate": 15.5,
        "sleep_performance_percentage": 88,
        "sleep_consistency_percentage": None,
        "sleep_efficiency_percentage": 87.5,
    },
}
CYCLE = {
    "id": 5,
    "start": "2026-03-02T04:00:00.000Z",
    "timezone_offset": "-05:00",
    "score_state": "SCORED",
    "score": {"strain": 9.25, "kilojoule": 9000.5, "average_heart_rate": 61, "max_heart_rate": 170},
}


@pytest.fixture(scope="module")
def payloads() -> dict[str, list[dict]]:
    world = World(now=NOW)
    return {
        collection: [
            record.payload for (_, name), records in world.records.items() if name == collection for record in records
        ]
        for collection in ("cycle", "recovery", "sleep", "workout")
    }


def test_the_same_seed_generates_the_same_records() -> None:
    first, second, other = World(now=NOW), World(now=NOW), World(seed=8, now=NOW)
    assert first.records == second.records
    assert first.records != other.records


def test_no_record_is_in_the_future(payloads: dict) -> None:
    for records in payloads.values():
        for payload in records:
            assert all(moment(payload[name]) <= NOW for name in ("start", "end", "updated_at") if payload.get(name))


def test_every_irregularity_of_real_data_occurs(payloads: dict) -> None:
    cycles, recoveries, sleeps, workouts = payloads.values()
    recovered = {recovery["cycle_id"] for recovery in recoveries}
    slept = Counter(sleep.get("cycle_id") for sleep in sleeps if not sleep["nap"])
    lengths = [moment(cycle["end"]) - moment(cycle["start"]) for cycle in cycles if cycle.get("end")]
    irregularities = {
        "an open cycle without the key": any("end" not in cycle for cycle in cycles),
        "an open cycle with null": any(cycle.get("end", 0) is None for cycle in cycles),
        "a cycle without recovery": any(cycle["id"] not in recovered for cycle in cycles),
        "a cycle without sleep": any(cycle["id"] not in slept for cycle in cycles),
        "two sleeps in a cycle": max(slept.values()) > 1,
        "a nap": any(sleep["nap"] for sleep in sleeps),
        "a sleep without cycle_id": any("cycle_id" not in sleep for sleep in sleeps),
        "half a day": min(lengths) <= dt.timedelta(hours=14),
        "two days in one": max(lengths) > dt.timedelta(hours=40),
        "an evening sleep": any(_is_evening(sleep) for sleep in sleeps),
        "unscorable with a stale score": any(_is_stale(recovery) for recovery in recoveries),
        "pending with a zero": any(sleep["score_state"] == "PENDING_SCORE" and "score" in sleep for sleep in sleeps),
        "an unscored workout": any("score" not in workout for workout in workouts),
        "a sauna": any(workout["sport_name"] == "sauna" for workout in workouts),
        "an explicit null": any(workout.get("score", {}).get("distance_meter", 0) is None for workout in workouts),
        "the offset Z": any(cycle["timezone_offset"] == "Z" for cycle in cycles),
        "an offset by the quarter hour": any(cycle["timezone_offset"].endswith(":45") for cycle in cycles),
        "travel": len({cycle["timezone_offset"] for cycle in cycles}) > 4,
        "ids beyond 32 bits": min(cycle["user_id"] for cycle in cycles) > 2**32,
        "a whole number for a float": any(isinstance(_value(recovery), int) for recovery in recoveries),
        "percent_recorded of 1": any(workout.get("score", {}).get("percent_recorded") == 1 for workout in workouts),
        "changed after it was made": any(sleep["updated_at"] > sleep["created_at"] for sleep in sleeps),
        "calibrating": any(recovery.get("score", {}).get("user_calibrating") for recovery in recoveries),
    }
    assert [name for name, occurs in irregularities.items() if not occurs] == []


def test_the_expected_metrics_of_a_day_equal_those_computed_by_hand() -> None:
    rows = expected_metrics(1, {"cycle": [CYCLE], "recovery": [], "sleep": [NIGHT], "workout": []})
    assert {row["metric_date"] for row in rows} == {"2026-03-02"}
    values = {row["metric"]: row["value"] for row in rows}
    assert values["hours_of_sleep"] == 7
    assert values["sleep_need"] == 8
    assert values["day_strain"] == 9.25
    assert "sleep_consistency" not in values
    assert {row["metric"] for row in rows if row["is_provisional"]} == {
        "day_strain",
        "energy",
        "average_heart_rate",
        "max_heart_rate",
    }


def _is_evening(sleep: dict) -> bool:
    start, end = (local(sleep[name], sleep["timezone_offset"]) for name in ("start", "end"))
    return not sleep["nap"] and start.hour >= 12 and start.date() == end.date()


def _is_stale(recovery: dict) -> bool:
    return recovery["score_state"] == "UNSCORABLE" and "score" in recovery


def _value(recovery: dict) -> Any:
    return recovery.get("score", {}).get("recovery_score")
