"""Write a simulated athlete as WHOOP v2 records, including the irregularities of real payloads."""

import datetime as dt
import random
import uuid
from functools import reduce
from typing import Any

from wearables.core.metrics import catalogue
from wearables_dev.sandbox.simulation import Bout, Cycle, Simulation

Payload = dict[str, Any]
DISTANCE_SPORTS = {"running", "soccer"}
LIGHT, DEEP, REM = 0.52, 0.24, 0.24
ZONE_SHARES = (0.1, 0.25, 0.3, 0.2, 0.1, 0.05)


def records(simulation: Simulation, rng: random.Random, athlete_id: int, now: dt.datetime) -> dict[str, list[Payload]]:
    """The records of each collection, oldest first."""
    return _Writer(rng, athlete_id, now).write(simulation)


class _Writer:
    def __init__(self, rng: random.Random, athlete_id: int, now: dt.datetime) -> None:
        self._rng = rng
        self._athlete_id = athlete_id
        self._now = now
        self._next_cycle_id = athlete_id * 10_000

    def write(self, simulation: Simulation) -> dict[str, list[Payload]]:
        cycles, recoveries, sleeps = [], [], []
        for cycle in simulation.cycles:
            self._next_cycle_id += self._rng.randint(1, 9)
            cycle_id = self._next_cycle_id
            cycles.append(self._cycle(cycle, cycle_id))
            night = [self._sleep(bout, cycle, cycle_id) for bout in cycle.sleeps]
            sleeps += night
            named = _named(cycle, night)
            if named and cycle.kind != "no_recovery":
                recoveries.append(self._recovery(cycle, cycle_id, named))
        workouts = [self._workout(bout) for bout in simulation.workouts]
        return {"cycle": cycles, "recovery": recoveries, "sleep": sleeps, "workout": workouts}

    def _cycle(self, cycle: Cycle, cycle_id: int) -> Payload:
        payload = self._head(cycle.end or self._now) | {
            "id": cycle_id,
            "start": instant(cycle.start),
            "timezone_offset": "Z" if cycle.offset == "+00:00" else cycle.offset,  # WHOOP writes UTC in both ways
            "score_state": "SCORED",
            "score": {
                "strain": round(self._rng.uniform(2, 20.7), 4),
                "kilojoule": round(self._rng.uniform(6000, 19000), 2),
                "average_heart_rate": self._rng.randint(50, 85),
                "max_heart_rate": self._rng.randint(120, 199),
            },
        }
        _complete("cycle", payload)
        if cycle.end:
            payload["end"] = instant(cycle.end)
        elif self._athlete_id % 2:
            payload["end"] = None
        if self._rng.random() < 0.7:
            payload["step_count"] = self._rng.choice([None, self._rng.randint(1500, 24000)])
        else:
            del payload["step_count"]
        return payload

    def _recovery(self, cycle: Cycle, cycle_id: int, sleep: Payload) -> Payload:
        payload = self._head(dt.datetime.fromisoformat(sleep["end"])) | {
            "cycle_id": cycle_id,
            "sleep_id": sleep["id"],
            "score_state": "SCORED",
            "score": {
                "user_calibrating": self._rng.random() < 0.05,
                # Whole numbers where the specification has floats.
                "recovery_score": self._rng.randint(1, 99),
                "resting_heart_rate": self._rng.randint(38, 70),
                "hrv_rmssd_milli": round(self._rng.uniform(20, 180), 5),
                "spo2_percentage": self._rng.choice([None, round(self._rng.uniform(92, 99.5), 3)]),
                "skin_temp_celsius": round(self._rng.uniform(31, 36), 3),
            },
        }
        _complete("recovery", payload)
        if cycle.kind == "unscorable":
            payload["score_state"] = "UNSCORABLE"  # with a stale score
        if sleep["score_state"] == "PENDING_SCORE":
            payload["score_state"] = "PENDING_SCORE"
            del payload["score"]
        return payload

    def _sleep(self, bout: Bout, cycle: Cycle, cycle_id: int) -> Payload:
        milliseconds = round((bout.end - bout.start).total_seconds() * 1000)
        payload = self._head(bout.end) | {
            "id": self._uuid(),
            "cycle_id": cycle_id,
            "start": instant(bout.start),
            "end": instant(bout.end),
            "timezone_offset": bout.offset,
            "nap": bout.is_nap,
            "score_state": "SCORED",
            "score": self._sleep_score(milliseconds, bout.is_nap),
        }
        _complete("sleep", payload)
        if cycle.kind == "no_cycle_id":
            del payload["cycle_id"]
        if cycle.end is None and self._athlete_id % 2:
            payload |= {"score_state": "PENDING_SCORE", "score": {"sleep_performance_percentage": 0}}
        return payload

    def _sleep_score(self, milliseconds: int, is_nap: bool) -> Payload:
        in_bed = max(0, milliseconds - self._rng.randint(0, 60_000))
        awake = round(in_bed * self._rng.uniform(0.03, 0.12))
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
                "sleep_cycle_count": self._rng.randint(0, 7),
                "disturbance_count": self._rng.randint(0, 20),
            },
            "sleep_needed": {
                "baseline_milli": 27_395_716,
                "need_from_sleep_debt_milli": self._rng.randint(0, 3_000_000),
                "need_from_recent_strain_milli": self._rng.randint(0, 1_500_000),
                "need_from_recent_nap_milli": -self._rng.randint(0, 900_000),
            },
            "respiratory_rate": round(self._rng.uniform(12, 19), 6),
            "sleep_performance_percentage": self._rng.randint(40, 100),
            "sleep_consistency_percentage": None if is_nap else self._rng.randint(30, 98),
            "sleep_efficiency_percentage": round(100 * asleep / in_bed, 5) if in_bed else 0,
        }

    def _workout(self, bout: Bout) -> Payload:
        seconds = (bout.end - bout.start).total_seconds()
        payload = self._head(bout.end) | {
            "id": self._uuid(),
            "start": instant(bout.start),
            "end": instant(bout.end),
            "timezone_offset": bout.offset,
            "sport_name": "activity" if bout.sport == "unscored" else bout.sport,
            "score_state": "SCORED",
        }
        if bout.sport == "unscored":
            return payload | {"score_state": "PENDING_SCORE"}
        has_distance = bout.sport in DISTANCE_SPORTS
        payload["score"] = {
            "strain": round(self._rng.uniform(3, 18), 5),
            "average_heart_rate": self._rng.randint(95, 165),
            "max_heart_rate": self._rng.randint(150, 199),
            "kilojoule": round(seconds * self._rng.uniform(0.3, 0.9), 4),
            # The scale is 0 to 100, but WHOOP reports some full recordings as 1.
            "percent_recorded": self._rng.choice([1, 100, 98.5]),
            "distance_meter": round(seconds * 2.9, 3) if has_distance else None,
            "altitude_gain_meter": round(seconds / 60, 3) if has_distance else None,
            "altitude_change_meter": None,
            "zone_durations": {
                f"zone_{name}_milli": round(seconds * 1000 * share)
                for name, share in zip(("zero", "one", "two", "three", "four", "five"), ZONE_SHARES, strict=True)
            },
        }
        return _complete("workout", payload)

    def _head(self, finished: dt.datetime) -> Payload:
        """Date a record minutes after it ended; a quarter of the records change again within a day."""
        created = finished + dt.timedelta(minutes=self._rng.uniform(2, 20))
        updated = created + dt.timedelta(hours=self._rng.choice([0, 0, 0, self._rng.uniform(0.5, 23)]))
        return {
            "user_id": self._athlete_id,
            "created_at": instant(min(created, self._now)),
            "updated_at": instant(min(updated, self._now)),
        }

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))


def _complete(records: str, payload: Payload) -> Payload:
    """Add the fields of metrics that the record lacks, each in the middle of its plausible range."""
    for metric in catalogue().direct(records):
        *parents, key = metric.path[0].split(".")
        place = reduce(lambda place, parent: place.setdefault(parent, {}), parents, payload)
        place.setdefault(key, metric.divisor * sum(metric.range) / 2)
    return payload


def _named(cycle: Cycle, night: list[Payload]) -> Payload | None:
    """Return the sleep that the recovery of the cycle names."""
    nights = [(bout, sleep) for bout, sleep in zip(cycle.sleeps, night, strict=True) if not bout.is_nap]
    chosen = [sleep for bout, sleep in nights if bout.is_named] or [sleep for _, sleep in nights]
    return chosen[0] if chosen else None


def instant(moment: dt.datetime) -> str:
    """Write a time in UTC with milliseconds, as WHOOP does."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
