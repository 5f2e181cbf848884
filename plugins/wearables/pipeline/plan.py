"""The plan of a run: what it covers, frozen in ``ops.runs`` when the run begins, so that a retry covers the same."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange


@dataclass(frozen=True)
class Plan:
    """What a run covers. ``is_full_scope``: every athlete and every collection of the integration."""

    integration: str
    run_id: str
    run_type: str
    window: TimeRange
    chunks: list[TimeRange]
    athletes: list[int]
    collections: list[str]
    is_full_scope: bool

    @property
    def run(self) -> dict[str, str]:
        """The key of the run in ``ops.runs``."""
        return {"integration": self.integration, "run_id": self.run_id}


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
    """Save a plan, which never changes afterwards."""
    run_sql(
        connection,
        "pipeline/plan/save",
        **plan.run,
        run_type=plan.run_type,
        window_start=plan.window.start,
        window_end=plan.window.end,
        chunks=json.dumps([[chunk.start.isoformat(), chunk.end.isoformat()] for chunk in plan.chunks]),
        athletes=plan.athletes,
        collections=plan.collections,
        is_full_scope=plan.is_full_scope,
    )


def finish_run(connection: Connection, plan: Plan, state: str) -> None:
    """Record how a run ended: ``complete`` or ``failed``."""
    run_sql(connection, "pipeline/plan/finish", **plan.run, state=state)


def _plan(row: Row) -> Plan:
    return Plan(
        integration=row.integration,
        run_id=row.run_id,
        run_type=row.run_type,
        window=TimeRange(row.window_start, row.window_end),
        chunks=[TimeRange(*map(dt.datetime.fromisoformat, pair)) for pair in row.chunks],
        athletes=list(row.athletes),
        collections=list(row.collections),
        is_full_scope=row.is_full_scope,
    )
