"""Random scores of WHOOP v2 records, with the irregularities of real ones."""

import random
from typing import Any

Payload = dict[str, Any]
DISTANCE_SPORTS = {"running", "soccer"}
DEEP, REM = 0.24, 0.24  # the rest of the time asleep is light sleep
ZONES = ("zero", "one", "two", "three", "four", "five")
ZONE_SHARES = (0.1, 0.25, 0.3, 0.2, 0.1, 0.05)


def cycle_score(rng: random.Random) -> Payload:
    """Return the score of a cycle."""
    return {
        "strain": round(rng.uniform(2, 20.7), 4),
        "kilojoule": round(rng.uniform(6000, 19000), 2),
        "average_heart_rate": rng.randint(50, 85),
        "max_heart_rate": rng.randint(120, 199),
    }


def recovery_score(rng: random.Random) -> Payload:
    """Return the score of a recovery."""
    return {
        "user_calibrating": rng.random() < 0.05,
        # Whole numbers where the specification has floats.
        "recovery_score": rng.randint(1, 99),
        "resting_heart_rate": rng.randint(38, 70),
        "hrv_rmssd_milli": round(rng.uniform(20, 180), 5),
        "spo2_percentage": rng.choice([None, round(rng.uniform(92, 99.5), 3)]),
        "skin_temp_celsius": round(rng.uniform(31, 36), 3),
    }


def sleep_score(rng: random.Random, milliseconds: int, is_nap: bool) -> Payload:
    """Return the score of a sleep or nap of this length."""
    in_bed = max(0, milliseconds - rng.randint(0, 60_000))
    awake = round(in_bed * rng.uniform(0.03, 0.12))
    asleep = in_bed - awake
    deep, rem = round(asleep * DEEP), round(asleep * REM)
    return {
        "stage_summary": {
            "total_in_bed_time_milli": in_bed,
            "total_awake_time_milli": awake,
            "total_no_data_time_milli": 0,
            "total_light_sleep_time_milli": asleep - deep - rem,
            "total_slow_wave_sleep_time_milli": deep,
            "total_rem_sleep_time_milli": rem,
            "sleep_cycle_count": rng.randint(0, 7),
            "disturbance_count": rng.randint(0, 20),
        },
        "sleep_needed": {
            "baseline_milli": 27_395_716,
            "need_from_sleep_debt_milli": rng.randint(0, 3_000_000),
            "need_from_recent_strain_milli": rng.randint(0, 1_500_000),
            "need_from_recent_nap_milli": -rng.randint(0, 900_000),
        },
        "respiratory_rate": round(rng.uniform(12, 19), 6),
        "sleep_performance_percentage": rng.randint(40, 100),
        "sleep_consistency_percentage": None if is_nap else rng.randint(30, 98),
        "sleep_efficiency_percentage": round(100 * asleep / in_bed, 5) if in_bed else 0,
    }


def workout_score(rng: random.Random, sport: str, seconds: float) -> Payload:
    """Return the score of a workout of this length."""
    has_distance = sport in DISTANCE_SPORTS
    return {
        "strain": round(rng.uniform(3, 18), 5),
        "average_heart_rate": rng.randint(95, 165),
        "max_heart_rate": rng.randint(150, 199),
        "kilojoule": round(seconds * rng.uniform(0.3, 0.9), 4),
        # The scale is 0 to 100, but WHOOP reports some full recordings as 1.
        "percent_recorded": rng.choice([1, 100, 98.5]),
        "distance_meter": round(seconds * 2.9, 3) if has_distance else None,
        "altitude_gain_meter": round(seconds / 60, 3) if has_distance else None,
        "altitude_change_meter": None,
        "zone_durations": {
            f"zone_{name}_milli": round(seconds * 1000 * share) for name, share in zip(ZONES, ZONE_SHARES, strict=True)
        },
    }
