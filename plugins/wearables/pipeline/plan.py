"""The plan of a run: its window in ``ops.runs``, frozen when the run begins, and its slices in ``ops.slices``."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.priority import Priority
from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import Chunk

SCHEDULED = "scheduled"


@dataclass(frozen=True)
class Plan:
    """A run and the window that it covers."""

    integration: str
    run_id: str
    run_type: str
    window: TimeRange

    @property
    def run(self) -> dict[str, str]:
        """The key of the run in ``ops.runs``."""
        return {"integration": self.integration, "run_id": self.run_id}

    @property
    def has_catch_up(self) -> bool:
        """Whether chunks older than the newest may wait for a later run, as in scheduled runs."""
        return self.run_type == SCHEDULED

    def is_catch_up(self, chunk_number: int) -> bool:
        """Whether a chunk may wait for a later run."""
        return self.has_catch_up and chunk_number > 0

    def priority(self, chunk_number: int) -> Priority:
        """Return the priority of a chunk's requests: the newest days of a scheduled run come first."""
        is_routine = self.has_catch_up and not self.is_catch_up(chunk_number)
        return Priority.ROUTINE if is_routine else Priority.BULK


def find_plan(connection: Connection, integration: str, run_id: str) -> Plan | None:
    """Return the plan of a run, or None if it has none yet."""
    row = run_sql(connection, "pipeline/plan/read", integration=integration, run_id=run_id).one_or_none()
    return _plan(row) if row else None


def read_plan(connection: Connection, integration: str, run_id: str) -> Plan:
    """Return the plan of a run. Raises PermanentError if it has none."""
    plan = find_plan(connection, integration, run_id)
    if plan is None:
        raise PermanentError(f"The run {run_id} has no plan in the warehouse. Clear its task `validate`.")
    return plan


def save_plan(connection: Connection, plan: Plan) -> None:
    """Save the window of a run, which never changes afterwards."""
    window = {"window_start": plan.window.start, "window_end": plan.window.end}
    run_sql(connection, "pipeline/plan/save", **plan.run, run_type=plan.run_type, **window)


def chunks_of(connection: Connection, plan: Plan, only_open: bool = False) -> list[Chunk]:
    """Return the chunks of a run, the newest first. With ``only_open``, only those with a slice to pull or stage."""
    rows = run_sql(connection, "pipeline/slices/chunks", **plan.run).all()
    return [
        Chunk(row.chunk_number, TimeRange(row.chunk_start, row.chunk_end), row.athletes, row.slices)
        for row in rows
        if row.is_open or not only_open
    ]


def finish_run(connection: Connection, plan: Plan, state: str) -> None:
    """Record how a run ended: ``complete`` or ``failed``."""
    run_sql(connection, "pipeline/plan/finish", **plan.run, state=state)


def _plan(row: Row) -> Plan:
    return Plan(row.integration, row.run_id, row.run_type, TimeRange(row.window_start, row.window_end))
