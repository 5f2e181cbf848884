"""Check that an export belongs to the chosen athlete: compare its cycles and recoveries with those from the API."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row

from wearables.core.errors import ExportRejected
from wearables.core.warehouse import run_sql
from wearables.whoop_export.rows import Record

log = logging.getLogger(__name__)

# Fewer cycles in common may be a coincidence.
MIN_CYCLES = 3
# The parameters of ownership.sql, each with its column of the export.
COMPARED = {
    "recovery": "recovery_score",
    "resting_heart_rate": "resting_heart_rate",
    "heart_rate_variability": "heart_rate_variability",
}
CHOOSE_OWNER = "Import it for the athlete it belongs to."


@dataclass
class Fingerprint:
    """The starts and values of an export's cycles, which identify its athlete."""

    starts: list = field(default_factory=list)
    values: dict[str, list] = field(default_factory=lambda: {name: [] for name in COMPARED})

    def add(self, cycle: Record) -> None:
        """Add a cycle."""
        self.starts.append(cycle.started_at)
        for name, key in COMPARED.items():
            self.values[name].append(cycle.values[key])


def require_ownership(connection: Connection, integration: str, athlete_id: int, fingerprint: Fingerprint) -> None:
    """Raise ExportRejected if the data from the API show that the export is another athlete's."""
    matches = run_sql(
        connection, "whoop_export/ownership", integration=integration, starts=fingerprint.starts, **fingerprint.values
    ).all()
    own = next((row for row in matches if row.athlete_id == athlete_id), None)
    _reject_better_match(matches, own, athlete_id)
    if own is None or own.cycles < MIN_CYCLES:
        log.warning("athlete %d: too few cycles from the API in this period to check whose export this is", athlete_id)
    elif own.shared * 2 < own.cycles:
        raise ExportRejected(
            f"The export is not athlete {athlete_id}'s: it has {own.shared} of the {own.cycles} cycles from the API. "
            f"{CHOOSE_OWNER}"
        )
    elif own.valued >= MIN_CYCLES and own.different * 2 > own.valued:
        raise ExportRejected(
            f"The export is not athlete {athlete_id}'s: on {own.different} of {own.valued} days its values contradict "
            f"those from the API. {CHOOSE_OWNER}"
        )


def _reject_better_match(matches: Sequence[Row], own: Row | None, athlete_id: int) -> None:
    best = matches[0] if matches else None
    if best and best.athlete_id != athlete_id and best.shared >= MIN_CYCLES and (not own or best.shared > own.shared):
        raise ExportRejected(
            f"The export is not athlete {athlete_id}'s: its cycles are those of athlete {best.athlete_id}. "
            f"{CHOOSE_OWNER}"
        )
