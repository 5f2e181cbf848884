"""Whose export may be taken at all."""

from sqlalchemy import Connection

from wearables.core.errors import ExportRejected
from wearables.core.warehouse import run_sql

# A grant that must be renewed will do: the athlete has handed in the export.
CONSENTING = {"active", "reconnect", "inactive"}


def refuse_stranger(connection: Connection, integration: str, athlete_id: int) -> None:
    """Raises ExportRejected for an athlete who never consented, was offboarded or was erased: they have no grant."""
    roster = run_sql(connection, "whoop/grants/roster", integration=integration).all()
    if athlete_id not in {athlete.athlete_id for athlete in roster if athlete.grant_state in CONSENTING}:
        raise ExportRejected(
            f"Athlete {athlete_id} is not enrolled in {integration}, or was offboarded or erased, so nothing of theirs "
            f"is taken; `bin/wearables athletes {integration}` lists who is enrolled."
        )
