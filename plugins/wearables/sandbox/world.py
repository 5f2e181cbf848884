"""The state of the sandbox: athletes and their records, grants, limits, faults and what was asked."""

import datetime as dt
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wearables.sandbox.expected_metrics import moment, true_metrics
from wearables.sandbox.faults import Fault
from wearables.sandbox.grants import Grant, Grants
from wearables.sandbox.limits import Limits
from wearables.sandbox.payloads import Payload, records
from wearables.sandbox.simulation import live

COLLECTIONS = ("cycle", "recovery", "sleep", "workout")
# From here on, ids no longer fit 32 bits: WHOOP's are int64.
FIRST_ATHLETE_ID = 4_300_000_001
FIRST_NAMES = ("Avery", "Blair", "Casey", "Devon", "Emery", "Finley", "Gray", "Harper")
LAST_NAMES = ("Ashdown", "Bråtveit-Núñez", "Calder", "Dunmore", "Elmwood", "Fairley", "Garside", "Holt")
ENDLESS = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass
class Athlete:
    """A WHOOP member, invented."""

    user_id: int
    first_name: str
    last_name: str
    is_active: bool = True

    @property
    def profile(self) -> Payload:
        """As /user/profile/basic tells it."""
        return {
            "user_id": self.user_id,
            "email": f"{self.first_name}.{self.user_id}@example.org".lower(),
            "first_name": self.first_name,
            "last_name": self.last_name,
        }


@dataclass
class Record:
    """A record, serialised once, and the time by which WHOOP selects it."""

    id: str
    start: dt.datetime
    end: dt.datetime
    payload: Payload
    body: bytes = b""

    def __post_init__(self) -> None:
        self.write()

    def write(self) -> None:
        """Serialise anew."""
        self.body = json.dumps(self.payload, separators=(",", ":")).encode()


@dataclass
class World:
    """A squad with a history of so many ``days`` up to ``now``; the same seed gives the same squad."""

    seed: int = 7
    athletes: int = 4
    days: int = 60
    now: dt.datetime | None = None
    client_id: str = "sandbox-client"
    client_secret: str = field(default="sandbox-secret", repr=False)
    per_minute: int = 100
    per_day: int = 10_000
    token_seconds: int = 3600
    # The redirect addresses that are registered with the app; none: any will do.
    redirect_uris: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        now = (self.now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).replace(microsecond=0)
        self.url = ""
        self.squad: dict[int, Athlete] = {}
        self.records: dict[tuple[int, str], list[Record]] = {}
        self.grants = Grants(self.token_seconds)
        self.limits = Limits(self.per_minute, self.per_day)
        self.faults: list[Fault] = []
        self.requests: list[dict[str, Any]] = []
        for index in range(self.athletes):
            self._invent(index, now)

    def _invent(self, index: int, now: dt.datetime) -> None:
        rng = random.Random(f"{self.seed}/{index}")  # noqa: S311 - invented data
        athlete_id = FIRST_ATHLETE_ID + index
        last_name = LAST_NAMES[(index + index // len(FIRST_NAMES)) % len(LAST_NAMES)]
        self.squad[athlete_id] = Athlete(athlete_id, FIRST_NAMES[index % len(FIRST_NAMES)], last_name)
        written = records(live(rng, index, self.days, now), rng, athlete_id, now)
        periods = {sleep["id"]: period(sleep) for sleep in written["sleep"]}
        for collection, payloads in written.items():
            self.records[athlete_id, collection] = sorted(
                (_record(collection, payload, periods) for payload in payloads),
                key=lambda record: (record.start, record.id),
                reverse=True,
            )

    def consent(self, athlete_id: int) -> Grant:
        """Let the athlete consent; the tokens are in the grant."""
        return self.grants.consent(self._athlete(athlete_id).user_id)

    def revoke(self, athlete_id: int) -> None:
        """Let the athlete withdraw consent."""
        self.grants.revoke(self._athlete(athlete_id).user_id)

    def expire(self, athlete_id: int) -> None:
        """Let the athlete's access token expire now."""
        self.grants.expire(self._athlete(athlete_id).user_id)

    def deactivate(self, athlete_id: int) -> None:
        """End the membership: data is refused with 403."""
        self._athlete(athlete_id).is_active = False

    def activate(self, athlete_id: int) -> None:
        """Renew the membership."""
        self._athlete(athlete_id).is_active = True

    def find(self, athlete_id: int, collection: str, record_id: str) -> Record:
        """A record. Raises KeyError."""
        for record in self.records[athlete_id, collection]:
            if record.id == str(record_id):
                return record
        raise KeyError(record_id)

    def patch(self, athlete_id: int, collection: str, record_id: str, changes: Mapping[str, Any]) -> Payload:
        """Change a record, ``score`` key by key; ``updated_at`` becomes now unless told. Raises KeyError."""
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
        """Let the athlete delete a record; a sleep takes its recovery along. Raises KeyError."""
        self.records[athlete_id, collection].remove(self.find(athlete_id, collection, record_id))
        if collection == "sleep":
            recoveries = self.records[athlete_id, "recovery"]
            recoveries[:] = [each for each in recoveries if each.payload["sleep_id"] != record_id]

    def add_fault(self, kind: Any, **traits: Any) -> None:
        """Order a fault, see Fault. Raises ValueError or TypeError when there is no such."""
        self.faults.append(Fault(kind, **traits))

    def take_fault(self, athlete_id: int | None, collection: str) -> Fault | None:
        """The fault that this answer must suffer, if any."""
        fault = next((fault for fault in self.faults if fault.concerns(athlete_id, collection)), None)
        if fault:
            fault.times -= 1
        return fault

    @property
    def truth(self) -> list[dict[str, Any]]:
        """Every metric value that the records amount to as they are now."""
        return [
            row
            for athlete_id in self.squad
            for row in true_metrics(
                athlete_id,
                {name: [record.payload for record in self.records[athlete_id, name]] for name in COLLECTIONS},
            )
        ]

    def _athlete(self, athlete_id: int) -> Athlete:
        return self.squad[athlete_id]


def period(payload: Payload) -> tuple[dt.datetime, dt.datetime]:
    """When a record began and ended; an open cycle never does."""
    return moment(payload["start"]), moment(payload["end"]) if payload.get("end") else ENDLESS


def _record(collection: str, payload: Payload, sleeps: dict[str, tuple[dt.datetime, dt.datetime]]) -> Record:
    if collection == "recovery":
        return Record(str(payload["cycle_id"]), *sleeps[payload["sleep_id"]], payload)
    return Record(str(payload["id"]), *period(payload), payload)
