"""What the metrics of an athlete are, worked out record by record in Python; shares nothing with the SQL.

The rules of meaning are those of docs/reference/metrics.md.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Payload = Mapping[str, Any]
Collections = Mapping[str, Iterable[Payload]]
HOUR_MS, MINUTE_MS = 3_600_000, 60_000

CYCLE = {
    "day_strain": "strain",
    "energy": "kilojoule",
    "average_heart_rate": "average_heart_rate",
    "max_heart_rate": "max_heart_rate",
}
RECOVERY = {
    "recovery": "recovery_score",
    "resting_heart_rate": "resting_heart_rate",
    "heart_rate_variability": "hrv_rmssd_milli",
    "blood_oxygen": "spo2_percentage",
    "skin_temperature": "skin_temp_celsius",
}
SLEEP = {
    "sleep_performance": "sleep_performance_percentage",
    "sleep_efficiency": "sleep_efficiency_percentage",
    "sleep_consistency": "sleep_consistency_percentage",
    "respiratory_rate": "respiratory_rate",
}
STAGES = {
    "light_sleep": ("total_light_sleep_time_milli", HOUR_MS),
    "slow_wave_sleep": ("total_slow_wave_sleep_time_milli", HOUR_MS),
    "rem_sleep": ("total_rem_sleep_time_milli", HOUR_MS),
    "awake_time": ("total_awake_time_milli", HOUR_MS),
    "time_in_bed": ("total_in_bed_time_milli", HOUR_MS),
    "sleep_cycles": ("sleep_cycle_count", 1),
    "disturbances": ("disturbance_count", 1),
}
ZONES = ("zero", "one", "two", "three", "four", "five")


def expected_metrics(athlete_id: int, collections: Collections) -> list[dict[str, Any]]:
    """Rows of athlete_id, metric_date, metric, value and is_provisional."""
    chronicle = Chronicle(collections)
    rows = []
    for (date, metric), (value, is_provisional) in sorted((chronicle.days() | chronicle.training()).items()):
        rows.append(
            {
                "athlete_id": athlete_id,
                "metric_date": date.isoformat(),
                "metric": metric,
                "value": value,
                "is_provisional": is_provisional,
            }
        )
    return rows


Values = dict[tuple[dt.date, str], tuple[float, bool]]


class Chronicle:
    """Which records belong together."""

    def __init__(self, collections: Collections) -> None:
        self._cycles = list(collections["cycle"])
        self._recoveries = {recovery["cycle_id"]: recovery for recovery in collections["recovery"]}
        self._sleeps = {sleep["id"]: sleep for sleep in collections["sleep"]}
        self._workouts = list(collections["workout"])
        self._sleeps_of_cycle: dict[int, list[Payload]] = defaultdict(list)
        for sleep in self._sleeps.values():
            self._sleeps_of_cycle[self.cycle_of(sleep)].append(sleep)

    def days(self) -> Values:
        """Values of cycles, recoveries, main sleeps and naps."""
        values: Values = {}
        naps: dict[dt.date, list[Payload]] = defaultdict(list)
        # Later cycles overwrite what an earlier one said of the same date.
        for cycle in sorted(self._cycles, key=lambda each: each["start"]):
            date = self._date(cycle)
            naps[date] += [sleep for sleep in self._sleeps_of_cycle[cycle["id"]] if sleep["nap"]]
            for key in [key for key in values if key[0] == date]:
                del values[key]
            values |= {(date, metric): found for metric, found in self._cycle_values(cycle).items()}
        for date, of_day in naps.items():
            values |= {(date, metric): (value, False) for metric, value in _nap_values(of_day).items()}
        return values

    def training(self) -> Values:
        """Values of workouts."""
        by_date: dict[dt.date, list[Payload]] = defaultdict(list)
        for workout in self._workouts:
            by_date[local(workout["start"], workout["timezone_offset"]).date()].append(workout)
        return {
            (date, metric): (value, False)
            for date, workouts in by_date.items()
            for metric, value in _workout_values(workouts).items()
        }

    def cycle_of(self, sleep: Payload) -> int:
        """Id of the cycle of a sleep or nap; 0 if it has none."""
        if sleep.get("cycle_id") is not None:
            return sleep["cycle_id"]
        for recovery in self._recoveries.values():
            if recovery["sleep_id"] == sleep["id"]:
                return recovery["cycle_id"]
        start, end = moment(sleep["start"]), moment(sleep["end"])
        middle = start + (end - start) / 2
        holding = [
            cycle
            for cycle in self._cycles
            if moment(cycle["start"]) <= middle and (not cycle.get("end") or middle < moment(cycle["end"]))
        ]
        return max(holding, key=lambda cycle: cycle["start"])["id"] if holding else 0

    def main_sleep(self, cycle: Payload) -> Payload | None:
        """The sleep that a cycle is dated by."""
        recovery = self._recoveries.get(cycle["id"])
        if recovery and recovery["sleep_id"] in self._sleeps:
            return self._sleeps[recovery["sleep_id"]]
        nights = [sleep for sleep in self._sleeps_of_cycle[cycle["id"]] if not sleep["nap"]]
        return max(nights, key=_length, default=None)

    def _date(self, cycle: Payload) -> dt.date:
        sleep = self.main_sleep(cycle)
        if sleep:
            start, end = (local(sleep[name], sleep["timezone_offset"]) for name in ("start", "end"))
            if start.hour < 12 or start.date() != end.date():
                return end.date()
        return (local(cycle["start"], cycle["timezone_offset"]) + dt.timedelta(hours=8)).date()

    def _cycle_values(self, cycle: Payload) -> dict[str, tuple[float, bool]]:
        is_open = not cycle.get("end")
        values = {metric: (value, is_open) for metric, value in _pick(_score(cycle), CYCLE).items()}
        if cycle["score_state"] == "SCORED" and cycle.get("step_count") is not None:
            values["steps"] = (cycle["step_count"], is_open)
        recovery = _pick(_score(self._recoveries.get(cycle["id"])), RECOVERY)
        night = _sleep_values(_score(self.main_sleep(cycle)))
        return values | {metric: (value, False) for metric, value in (recovery | night).items()}


def _score(record: Payload | None) -> Payload:
    return record["score"] if record and record["score_state"] == "SCORED" else {}


def _pick(score: Payload, fields: Mapping[str, str]) -> dict[str, float]:
    return {metric: score[name] for metric, name in fields.items() if score.get(name) is not None}


def _sleep_values(score: Payload) -> dict[str, float]:
    if not score:
        return {}
    stages = score["stage_summary"]
    return _pick(score, SLEEP) | {
        **{metric: stages[name] / divisor for metric, (name, divisor) in STAGES.items()},
        "hours_of_sleep": _asleep(score) / HOUR_MS,
        "sleep_need": sum(score["sleep_needed"].values()) / HOUR_MS,
    }


def _asleep(score: Payload) -> int:
    return sum(score["stage_summary"][f"total_{stage}_sleep_time_milli"] for stage in ("light", "slow_wave", "rem"))


def _nap_values(naps: list[Payload]) -> dict[str, float]:
    if not naps:
        return {}
    scored = [_score(nap) for nap in naps if _score(nap)]
    hours = {"nap_hours": sum(map(_asleep, scored)) / HOUR_MS} if scored else {}
    return {"naps": len(naps), **hours}


def _workout_values(workouts: list[Payload]) -> dict[str, float]:
    scored = [workout for workout in workouts if _score(workout)]
    if not scored:
        return {"workouts": len(workouts)}

    def total(amount: Callable[[Payload], float]) -> float:
        return sum(amount(_score(workout)) for workout in scored)

    zones = {
        f"zone_{number}_minutes": total(lambda score, name=name: score["zone_durations"][f"zone_{name}_milli"])  # type: ignore[misc]
        / MINUTE_MS
        for number, name in enumerate(ZONES)
    }
    return {
        "workouts": len(workouts),
        "workout_minutes": sum(_length(workout).total_seconds() for workout in scored) / 60,
        "workout_energy": total(lambda score: score["kilojoule"]),
        **zones,
    }


def _length(record: Payload) -> dt.timedelta:
    return moment(record["end"]) - moment(record["start"])


def moment(text: str) -> dt.datetime:
    """A moment as WHOOP writes it."""
    return dt.datetime.fromisoformat(text)


def local(text: str, offset: str) -> dt.datetime:
    """The clock on the wall at an offset such as -03:30, or Z."""
    return moment(text).astimezone(dt.datetime.strptime("+00:00" if offset == "Z" else offset, "%z").tzinfo)
