"""The same season by API and by export: the same metrics, day by day, within the export's rounding."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from wearables.sandbox.export import export

# Not across a clock change: there, export and API may date a workout at midnight differently.
NOW = dt.datetime(2026, 9, 20, 12, tzinfo=dt.UTC)
HALF_A_MINUTE = 0.5 / 60
# What rounding may make of a value; of a sum, per thing added up.
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
    # Seconds are whole in an export; a day of the sandbox has two workouts of at most two hours.
    "workout_minutes": 2 / 60,
    "workout_energy": 2 * 0.5 * 4.184,
    **{f"zone_{number}_minutes": 2 * 120 * 0.005 + 0.05 for number in range(1, 6)},
}
NOT_IN_AN_EXPORT = {"steps", "sleep_cycles", "disturbances", "zone_0_minutes"}


def test_the_same_season_by_api_and_by_export_gives_the_same_metrics_within_rounding(
    importer: Callable[..., Any],
) -> None:
    made = importer(athletes=4, days=60, now=NOW)
    squad = made.squad
    for athlete_id in squad.athlete_ids:
        made.run(export(squad.world, athlete_id, has_gps=athlete_id % 2 == 0), athlete_id)
    exported = made.values()
    assert {source for _, source in exported.values()} == {"export"}
    truth = {
        (row["athlete_id"], row["metric_date"], row["metric"]): row["value"]
        for row in squad.world.truth
        if row["metric"] not in NOT_IN_AN_EXPORT and not row["is_provisional"]
    }
    assert len(truth) > 4000
    assert set(exported) == set(truth)
    off = {key: (exported[key][0], value) for key, value in truth.items()
           if abs(exported[key][0] - value) > ROUNDING[key[2]] + 1e-9}  # fmt: skip
    assert off == {}
