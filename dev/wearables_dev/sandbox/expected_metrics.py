"""Compute the metrics to expect from an athlete's records, in Python and independently of the transform's SQL.

A metric that is one field of a record is read at its path in the catalogue. All other rules implement
docs/reference/metrics.md a second time.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from wearables.core.metrics import catalogue

Payload = Mapping[str, Any]
Collections = Mapping[str, Iterable[Payload]]
HOUR_MS = 3_600_000
# Value and is_provisional by date and metric.
Values = dict[tuple[dt.date, str], tuple[float, bool]]


def expected_metrics(athlete_id: int, collections: Collections) -> list[dict[str, Any]]:
    """Return rows with athlete_id, metric_date, metric, value and is_provisional."""
    records = LinkedRecords(collections)
    rows = []
    for (date, metric), (value, is_provisional) in sorted((records.days() | records.training()).items()):
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


class LinkedRecords:
    """An athlete's records, linked: the sleeps of each cycle, the recovery of each cycle, the cycle of each sleep."""

    def __init__(self, collections: Collections) -> None:
        self._cycles = list(collections["cycle"])
        self._recoveries = {recovery["cycle_id"]: recovery for recovery in collections["recovery"]}
        self._sleeps = {sleep["id"]: sleep for sleep in collections["sleep"]}
        self._workouts = list(collections["workout"])
        self._sleeps_of_cycle: dict[int, list[Payload]] = defaultdict(list)
        for sleep in self._sleeps.values():
            self._sleeps_of_cycle[self.cycle_of(sleep)].append(sleep)

    def days(self) -> Values:
        """Return the values of cycles, recoveries, main sleeps and naps."""
        values: Values = {}
        naps: dict[dt.date, list[Payload]] = defaultdict(list)
        # A later cycle replaces the values of an earlier cycle of the same date.
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
        """Return the values of workouts."""
        by_date: dict[dt.date, list[Payload]] = defaultdict(list)
        for workout in self._workouts:
            by_date[local(workout["start"], workout["timezone_offset"]).date()].append(workout)
        return {
            (date, metric): (value, False)
            for date, workouts in by_date.items()
            for metric, value in _workout_values(workouts).items()
        }

    def cycle_of(self, sleep: Payload) -> int:
        """Return the ID of the cycle that a sleep or nap belongs to, or 0 without one."""
        if sleep.get("cycle_id") is not None:
            return sleep["cycle_id"]
        for recovery in self._recoveries.values():
            if recovery["sleep_id"] == sleep["id"]:
                return recovery["cycle_id"]
        start, end = moment(sleep["start"]), moment(sleep["end"])
        middle = start + (end - start) / 2
        containing = [
            cycle
            for cycle in self._cycles
            if moment(cycle["start"]) <= middle and (not cycle.get("end") or middle < moment(cycle["end"]))
        ]
        return max(containing, key=lambda cycle: cycle["start"])["id"] if containing else 0

    def main_sleep(self, cycle: Payload) -> Payload | None:
        """Return the sleep that determines the date of a cycle."""
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
        values = {metric: (value, is_open) for metric, value in _direct("cycle", cycle).items()}
        recovery = _direct("recovery", self._recoveries.get(cycle["id"]))
        night = _sleep_values(self.main_sleep(cycle))
        return values | {metric: (value, False) for metric, value in (recovery | night).items()}


def _score(record: Payload | None) -> Payload:
    return record["score"] if record and record["score_state"] == "SCORED" else {}


def _direct(records: str, record: Payload | None) -> dict[str, float]:
    """Return the metrics that are one field of the record. Empty unless the record is scored."""
    if not record or record["score_state"] != "SCORED":
        return {}
    values = {metric: _field(record, metric.path[0]) for metric in catalogue().direct(records)}
    return {metric.name: value / metric.divisor for metric, value in values.items() if value is not None}


def _field(record: Payload, path: str) -> float | None:
    value: Any = record
    for key in path.split("."):
        value = (value or {}).get(key)
    return value


def _sleep_values(sleep: Payload | None) -> dict[str, float]:
    score = _score(sleep)
    if not score:
        return {}
    return _direct("sleep", sleep) | {
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
    totals: dict[str, float] = defaultdict(float)
    for workout in scored:
        for metric, value in _direct("workout", workout).items():
            totals[metric] += value
    minutes = sum(_length(workout).total_seconds() for workout in scored) / 60
    return {"workouts": len(workouts), "workout_minutes": minutes, **totals}


def _length(record: Payload) -> dt.timedelta:
    return moment(record["end"]) - moment(record["start"])


def moment(text: str) -> dt.datetime:
    """Parse a time as WHOOP writes it."""
    return dt.datetime.fromisoformat(text)


def local(text: str, offset: str) -> dt.datetime:
    """Return the local time at an offset such as -03:30, or Z."""
    return moment(text).astimezone(dt.datetime.strptime("+00:00" if offset == "Z" else offset, "%z").tzinfo)
