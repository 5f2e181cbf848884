"""Turn a simulated athlete into WHOOP v2 records, with the irregularities of real payloads."""

import datetime as dt
import random
import uuid
from functools import reduce

from wearables.core.metrics import catalogue
from wearables_dev.sandbox.scores import Payload, cycle_score, recovery_score, sleep_score, workout_score
from wearables_dev.sandbox.simulation import Activity, Cycle, Simulation


def records(simulation: Simulation, rng: random.Random, athlete_id: int, now: dt.datetime) -> dict[str, list[Payload]]:
    """Return the records of each collection, oldest first."""
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
            night = [self._sleep(activity, cycle, cycle_id) for activity in cycle.sleeps]
            sleeps += night
            recovered = _recovered(cycle, night)
            if recovered and cycle.kind != "no_recovery":
                recoveries.append(self._recovery(cycle, cycle_id, recovered))
        workouts = [self._workout(activity) for activity in simulation.workouts]
        return {"cycle": cycles, "recovery": recoveries, "sleep": sleeps, "workout": workouts}

    def _cycle(self, cycle: Cycle, cycle_id: int) -> Payload:
        payload = self._head(cycle.end or self._now) | {
            "id": cycle_id,
            "start": instant(cycle.start),
            "timezone_offset": "Z" if cycle.offset == "+00:00" else cycle.offset,  # WHOOP writes UTC both ways
            "score_state": "SCORED",
            "score": cycle_score(self._rng),
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
            "score": recovery_score(self._rng),
        }
        _complete("recovery", payload)
        if cycle.kind == "unscorable":
            payload["score_state"] = "UNSCORABLE"  # WHOOP keeps the stale score
        if sleep["score_state"] == "PENDING_SCORE":
            payload["score_state"] = "PENDING_SCORE"
            del payload["score"]
        return payload

    def _sleep(self, activity: Activity, cycle: Cycle, cycle_id: int) -> Payload:
        milliseconds = round((activity.end - activity.start).total_seconds() * 1000)
        payload = self._head(activity.end) | {
            "id": self._uuid(),
            "cycle_id": cycle_id,
            "start": instant(activity.start),
            "end": instant(activity.end),
            "timezone_offset": activity.offset,
            "nap": activity.is_nap,
            "score_state": "SCORED",
            "score": sleep_score(self._rng, milliseconds, activity.is_nap),
        }
        _complete("sleep", payload)
        if cycle.kind == "no_cycle_id":
            del payload["cycle_id"]
        if cycle.end is None and self._athlete_id % 2:
            payload |= {"score_state": "PENDING_SCORE", "score": {"sleep_performance_percentage": 0}}
        return payload

    def _workout(self, activity: Activity) -> Payload:
        seconds = (activity.end - activity.start).total_seconds()
        payload = self._head(activity.end) | {
            "id": self._uuid(),
            "start": instant(activity.start),
            "end": instant(activity.end),
            "timezone_offset": activity.offset,
            "sport_name": "activity" if activity.sport == "unscored" else activity.sport,
            "score_state": "SCORED",
        }
        if activity.sport == "unscored":
            return payload | {"score_state": "PENDING_SCORE"}
        payload["score"] = workout_score(self._rng, activity.sport, seconds)
        return _complete("workout", payload)

    def _head(self, finished: dt.datetime) -> Payload:
        """Return the fields of every record. It is created minutes after it ended; one in four is updated later."""
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
    """Add the metric fields that a record lacks, each with the middle of its plausible range. Return the record."""
    for metric in catalogue().direct(records):
        *parents, key = metric.path[0].split(".")
        place = reduce(lambda place, parent: place.setdefault(parent, {}), parents, payload)
        place.setdefault(key, metric.divisor * sum(metric.range) / 2)
    return payload


def _recovered(cycle: Cycle, night: list[Payload]) -> Payload | None:
    """Return the sleep that the cycle's recovery refers to."""
    nights = [(activity, sleep) for activity, sleep in zip(cycle.sleeps, night, strict=True) if not activity.is_nap]
    chosen = [sleep for activity, sleep in nights if activity.is_recovered] or [sleep for _, sleep in nights]
    return chosen[0] if chosen else None


def instant(moment: dt.datetime) -> str:
    """Write a time in UTC with milliseconds, as WHOOP does."""
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
