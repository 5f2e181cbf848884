"""The same season from the API and from an export gives the same daily metrics, within the export's rounding."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from wearables.core.metrics import catalogue
from wearables_dev.sandbox import World
from wearables_dev.sandbox.expected_metrics import local, moment
from wearables_dev.sandbox.export import export

# No clock change in this season: around one, export and API may date a workout at midnight differently.
NOW = dt.datetime(2026, 9, 20, 12, tzinfo=dt.UTC)
HALF_A_MINUTE = 0.5 / 60
# The largest difference that rounding can make. For a sum, the differences of its parts add up.
ROUNDING = {
    "day_strain": 0.05,
    "energy": 0.5 * 4.184,
    "recovery": 0.5,
    "resting_heart_rate": 0.5,
    "heart_rate_variability": 0.5,
    "skin_temperature": 0.005,
    "blood_oxygen": 0.005,
    "average_heart_rate": 0.5,
    "max_heart_rate": 0.5,
    "sleep_performance": 0.5,
    "sleep_efficiency": 0.5,
    "sleep_consistency": 0.5,
    "respiratory_rate": 0.05,
    "hours_of_sleep": 3 * HALF_A_MINUTE,
    "light_sleep": HALF_A_MINUTE,
    "slow_wave_sleep": HALF_A_MINUTE,
    "rem_sleep": HALF_A_MINUTE,
    "awake_time": HALF_A_MINUTE,
    "time_in_bed": HALF_A_MINUTE,
    "sleep_need": HALF_A_MINUTE,
    "naps": 0,
    "nap_hours": 2 * 3 * HALF_A_MINUTE,
    "workouts": 0,
    # An export has no fractions of seconds, and a day in the sandbox has at most two workouts of two hours.
    "workout_minutes": 2 / 60,
    "workout_energy": 2 * 0.5 * 4.184,
    **{f"zone_{number}_minutes": 2 * 120 * 0.005 + 0.05 for number in range(1, 6)},
}
NOT_IN_AN_EXPORT = {metric.name for metric in catalogue().metrics if not metric.export}
WORKOUT = {metric for metric in ROUNDING if "workout" in metric or "zone" in metric}


def after_a_flight(world: World) -> set[tuple[int, str]]:
    """Return days of workouts whose offset is not that of their cycle: an export only has the cycle's."""
    found = set()
    for athlete_id in world.athletes:
        cycles = [record.payload for record in world.records[athlete_id, "cycle"]]
        for workout in (record.payload for record in world.records[athlete_id, "workout"]):
            begun = [cycle for cycle in cycles if moment(cycle["start"]) <= moment(workout["start"])]
            offset = max(begun, key=lambda cycle: cycle["start"], default=cycles[-1])["timezone_offset"]
            if local(workout["start"], offset).date() != local(workout["start"], workout["timezone_offset"]).date():
                found |= {
                    (athlete_id, str(local(workout["start"], each).date()))
                    for each in (offset, workout["timezone_offset"])
                }
    return found


def test_api_and_export_of_a_season_give_the_same_metrics_within_rounding(
    make_importer: Callable[..., Any],
) -> None:
    importer = make_importer(athletes=4, days=60, now=NOW)
    team = importer.team
    for athlete_id in team.athlete_ids:
        importer.run(export(team.world, athlete_id, has_gps=athlete_id % 2 == 0), athlete_id)
    flights = after_a_flight(team.world)
    assert len(flights) <= 2

    def is_comparable(key: tuple) -> bool:
        return key[2] not in NOT_IN_AN_EXPORT and not (key[2] in WORKOUT and key[:2] in flights)

    exported = {key: value for key, (value, _) in importer.values().items() if is_comparable(key)}
    team.pull(**{"start_date": "2026-07-15", "end_date": "2026-09-21"})
    pulled = {
        key: value
        for key, (value, is_provisional) in team.metrics().items()
        if is_comparable(key) and not is_provisional
    }
    assert len(pulled) > 4000
    assert set(exported) == set(pulled)
    off = [key for key, value in pulled.items() if abs(exported[key] - value) > ROUNDING[key[2]] + 1e-9]
    assert off == []


def test_a_value_from_the_api_wins_whichever_came_first_and_both_stay_in_raw(
    make_importer: Callable[..., Any],
) -> None:
    importer = make_importer(athletes=1, days=40, now=NOW)
    team = importer.team
    (athlete_id,) = team.athlete_ids
    packed = export(team.world, athlete_id)
    period = {"start_date": "2026-09-01", "end_date": "2026-09-21"}
    team.pull(**period)
    importer.run(packed)
    api_first = importer.values()
    by_source = {source: {key[1] for key, (_, of) in api_first.items() if of == source} for source in ("api", "export")}
    assert min(by_source["export"]) < "2026-08-20" < "2026-09-01" <= min(by_source["api"])
    expected = team.expected_metrics()
    api = {key: value for key, (value, source) in api_first.items() if source == "api"}
    assert {key: (value, expected[key][1]) for key, value in api.items()} == {key: expected[key] for key in api}
    # The export only provides values that the API does not have.
    assert {key for key, (_, source) in api_first.items() if source == "export"}.isdisjoint(api)
    team.rows("delete from analytics.days; delete from raw.records; delete from analytics.cycle_days returning 1")
    importer.run(packed)
    team.pull(**period)
    assert importer.values() == api_first
    counts = dict(team.rows("select collection, count(*) from raw.records where superseded_at is null group by 1"))
    assert counts["cycle"] > 0 and counts["export_cycle"] > counts["cycle"]
