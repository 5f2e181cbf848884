"""Whether an export is the chosen athlete's: its cycles and recoveries against those the API gave."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row

from wearables.core.errors import ExportRejected
from wearables.core.warehouse import run_sql
from wearables.whoop_export.rows import Record

log = logging.getLogger(__name__)

# With fewer cycles in common nothing can be said.
ENOUGH = 3
VALUES = {
    "recovery": "recovery_score",
    "resting_heart_rate": "resting_heart_rate",
    "heart_rate_variability": "heart_rate_variability",
}


@dataclass
class Fingerprint:
    """What tells one athlete's export from another's."""

    starts: list = field(default_factory=list)
    values: dict[str, list] = field(default_factory=lambda: {name: [] for name in VALUES})

    def add(self, cycle: Record) -> None:
        """Take a cycle into account."""
        self.starts.append(cycle.started_at)
        for name, key in VALUES.items():
            self.values[name].append(cycle.values[key])


def refuse_another_account(connection: Connection, integration: str, athlete_id: int, fingerprint: Fingerprint) -> None:
    """Raises ExportRejected when what the API gave contradicts the export."""
    found = run_sql(
        connection, "whoop_export/account", integration=integration, starts=fingerprint.starts, **fingerprint.values
    ).all()
    own = next((row for row in found if row.athlete_id == athlete_id), None)
    _refuse_another(found, own, athlete_id)
    if own is None or own.cycles < ENOUGH:
        log.warning("athlete %d: the API gave too little of that period to tell whose export it is", athlete_id)
    elif own.shared * 2 < own.cycles:
        raise ExportRejected(
            f"The export is not athlete {athlete_id}'s: of {own.cycles} cycles that the API gave, it has {own.shared}; "
            "choose the athlete whose export it is."
        )
    elif own.valued >= ENOUGH and own.different * 2 > own.valued:
        raise ExportRejected(
            f"The export is not athlete {athlete_id}'s: on {own.different} of {own.valued} days its values contradict "
            "those the API gave; choose the athlete whose export it is."
        )


def _refuse_another(found: Sequence[Row], own: Row | None, athlete_id: int) -> None:
    best = found[0] if found else None
    if best and best.athlete_id != athlete_id and best.shared >= ENOUGH and (not own or best.shared > own.shared):
        raise ExportRejected(
            f"The export is not athlete {athlete_id}'s: its cycles are those of athlete {best.athlete_id}; "
            "choose the athlete whose export it is."
        )
