"""Allow imports for enrolled athletes only."""

from sqlalchemy import Connection

from wearables.core.errors import ExportRejected
from wearables.core.warehouse import run_sql

# A grant that no longer works is enough: the athlete has consented, and exported the data personally.
ENROLLED_STATES = {"active", "reconnect", "inactive"}


def require_enrolled(connection: Connection, integration: str, athlete_id: int) -> None:
    """Raise ExportRejected if the athlete has no grant, because they never enrolled, were offboarded or were erased."""
    roster = run_sql(connection, "whoop/grants/athletes", integration=integration).all()
    if athlete_id not in {athlete.athlete_id for athlete in roster if athlete.grant_state in ENROLLED_STATES}:
        raise ExportRejected(
            f"Athlete {athlete_id} is not enrolled in {integration}, so the export was not imported. "
            f"Enrol the athlete, or choose one from `bin/wearables athletes {integration}`."
        )
