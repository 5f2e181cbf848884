"""The state of the sandbox: athletes and their records, grants, limits, faults and the request log."""

import datetime as dt
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wearables_dev.sandbox.expected_metrics import expected_metrics, moment
from wearables_dev.sandbox.faults import Fault
from wearables_dev.sandbox.grants import Grant, Grants
from wearables_dev.sandbox.limits import Limits
from wearables_dev.sandbox.payloads import Payload, records
from wearables_dev.sandbox.simulation import simulate

COLLECTIONS = ("cycle", "recovery", "sleep", "workout")
# Too large for 32 bits, because WHOOP's ids are int64.
FIRST_ATHLETE_ID = 4_300_000_001
FIRST_NAMES = ("Avery", "Blair", "Casey", "Devon", "Emery", "Finley", "Gray", "Harper")
LAST_NAMES = ("Ashdown", "Bråtveit-Núñez", "Calder", "Dunmore", "Elmwood", "Fairley", "Garside", "Holt")
ENDLESS = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass
class Athlete:
    """An invented WHOOP member."""

    user_id: int
    first_name: str
    last_name: str
    is_active: bool = True

    @property
    def profile(self) -> Payload:
        """The body of /user/profile/basic."""
        return {
            "user_id": self.user_id,
            "email": f"{self.first_name}.{self.user_id}@example.org".lower(),
            "first_name": self.first_name,
            "last_name": self.last_name,
        }


@dataclass
class Record:
    """A record, its JSON, and the period by which requests select it."""

    id: str
    start: dt.datetime
    end: dt.datetime
    payload: Payload
    body: bytes = b""

    def __post_init__(self) -> None:
        self.write()

    def write(self) -> None:
        """Serialise the payload."""
        self.body = json.dumps(self.payload, separators=(",", ":")).encode()


class World:
    """Athletes with ``days`` of history up to ``now``. The same seed generates the same athletes and records."""

    def __init__(
        self,
        seed: int = 7,
        athletes: int = 4,
        days: int = 60,
        now: dt.datetime | None = None,
        client_id: str = "sandbox-client",
        client_secret: str = "sandbox-secret",  # noqa: S107 - grants access to invented data only
        per_minute: int = 100,
        per_day: int = 10_000,
        token_seconds: int = 3600,
        redirect_uris: tuple[str, ...] = (),
    ) -> None:
        self.seed, self.days = seed, days
        self.client_id, self.client_secret = client_id, client_secret
        self.token_seconds = token_seconds
        # The app's registered redirect URIs. If there are none, every URI is accepted.
        self.redirect_uris = redirect_uris
        self.url = ""
        self.athletes: dict[int, Athlete] = {}
        self.records: dict[tuple[int, str], list[Record]] = {}
        self.grants = Grants(token_seconds)
        self.limits = Limits(per_minute, per_day)
        self.faults: list[Fault] = []
        self.requests: list[dict[str, Any]] = []
        until = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(microsecond=0)
        for index in range(athletes):
            self._invent(index, until)

    def _invent(self, index: int, now: dt.datetime) -> None:
        rng = random.Random(f"{self.seed}/{index}")  # noqa: S311 - invented data
        athlete_id = FIRST_ATHLETE_ID + index
        last_name = LAST_NAMES[(index + index // len(FIRST_NAMES)) % len(LAST_NAMES)]
        self.athletes[athlete_id] = Athlete(athlete_id, FIRST_NAMES[index % len(FIRST_NAMES)], last_name)
        written = records(simulate(rng, index, self.days, now), rng, athlete_id, now)
        periods = {sleep["id"]: period(sleep) for sleep in written["sleep"]}
        for collection, payloads in written.items():
            self.records[athlete_id, collection] = sorted(
                (_record(collection, payload, periods) for payload in payloads),
                key=lambda record: (record.start, record.id),
                reverse=True,
            )

    def consent(self, athlete_id: int, scopes: list[str] | None = None) -> Grant:
        """Let the athlete consent to these scopes, by default all. Return the grant with its tokens."""
        return self.grants.consent(self._athlete(athlete_id).user_id, scopes)

    def revoke(self, athlete_id: int) -> None:
        """Let the athlete withdraw consent."""
        self.grants.revoke(self._athlete(athlete_id).user_id)

    def expire(self, athlete_id: int) -> None:
        """Expire the athlete's access token."""
        self.grants.expire(self._athlete(athlete_id).user_id)

    def deactivate(self, athlete_id: int) -> None:
        """End the membership: WHOOP answers requests for data with 403."""
        self._athlete(athlete_id).is_active = False

    def activate(self, athlete_id: int) -> None:
        """Renew the membership."""
        self._athlete(athlete_id).is_active = True

    def find(self, athlete_id: int, collection: str, record_id: str) -> Record:
        """Return a record. Raises KeyError."""
        for record in self.records[athlete_id, collection]:
            if record.id == str(record_id):
                return record
        raise KeyError(record_id)

    def patch(self, athlete_id: int, collection: str, record_id: str, changes: Mapping[str, Any]) -> Payload:
        """Change a record and return its payload. Raises KeyError.

        ``score`` is merged key by key. ``updated_at`` becomes the current time unless it is among the changes.
        """
        record = self.find(athlete_id, collection, record_id)
        changes = dict(changes)
        if isinstance(changes.get("score"), dict):
            changes["score"] = record.payload.get("score", {}) | changes["score"]
        stamp = dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        record.payload = record.payload | {"updated_at": stamp} | changes
        if "start" in changes or "end" in changes:
            record.start, record.end = period(record.payload)
        record.write()
        self.records[athlete_id, collection].sort(key=lambda each: (each.start, each.id), reverse=True)
        return record.payload

    def delete(self, athlete_id: int, collection: str, record_id: str) -> None:
        """Delete a record, and with a sleep its recovery. Raises KeyError."""
        self.records[athlete_id, collection].remove(self.find(athlete_id, collection, record_id))
        if collection == "sleep":
            recoveries = self.records[athlete_id, "recovery"]
            recoveries[:] = [each for each in recoveries if each.payload["sleep_id"] != record_id]

    def add_fault(self, kind: Any, **options: Any) -> None:
        """Schedule a fault with the fields of Fault. Raises ValueError or TypeError if they are not valid."""
        self.faults.append(Fault(kind, **options))

    def take_fault(self, athlete_id: int | None, collection: str) -> Fault | None:
        """Return the fault that applies to this answer, if any, and use it up once."""
        fault = next((fault for fault in self.faults if fault.applies_to(athlete_id, collection)), None)
        if fault:
            fault.times -= 1
        return fault

    @property
    def expected_metrics(self) -> list[dict[str, Any]]:
        """Every metric value to expect from the current records."""
        return [
            row
            for athlete_id in self.athletes
            for row in expected_metrics(
                athlete_id,
                {name: [record.payload for record in self.records[athlete_id, name]] for name in COLLECTIONS},
            )
        ]

    def _athlete(self, athlete_id: int) -> Athlete:
        return self.athletes[athlete_id]


def period(payload: Payload) -> tuple[dt.datetime, dt.datetime]:
    """Return start and end of a record. An open cycle ends at ENDLESS."""
    return moment(payload["start"]), moment(payload["end"]) if payload.get("end") else ENDLESS


def _record(collection: str, payload: Payload, sleeps: dict[str, tuple[dt.datetime, dt.datetime]]) -> Record:
    if collection == "recovery":
        return Record(str(payload["cycle_id"]), *sleeps[payload["sleep_id"]], payload)
    return Record(str(payload["id"]), *period(payload), payload)
