"""``ops.slices`` and ``ops.runs``: what a pull was to do, and how each part of it went."""

import datetime as dt
import json
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Row

from wearables.core.errors import PermanentError
from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange
from wearables.pipeline.landing import Manifest


@dataclass(frozen=True)
class Plan:
    """What a pull is to do, frozen when it began, so that a retry does the same."""

    integration: str
    run_id: str
    run_type: str
    window: TimeRange
    chunks: list[TimeRange]
    athletes: list[int]
    collections: list[str]
    is_full_scope: bool


@dataclass(frozen=True)
class Slice:
    """The smallest part of a pull: one athlete's collection in one chunk."""

    integration: str
    run_id: str
    chunk: TimeRange
    athlete_id: int
    collection: str

    @property
    def run(self) -> dict[str, str]:
        """The run it is part of."""
        return {"integration": self.integration, "run_id": self.run_id}

    @property
    def key(self) -> dict[str, object]:
        """Its key in ``ops.slices``."""
        return {
            **self.run,
            "chunk_start": self.chunk.start,
            "chunk_end": self.chunk.end,
            "athlete_id": self.athlete_id,
            "collection": self.collection,
        }


def find_plan(connection: Connection, integration: str, run_id: str) -> Plan | None:
    """The plan of a run, if it has one."""
    row = run_sql(connection, "pipeline/plan/read", integration=integration, run_id=run_id).one_or_none()
    return _plan(row) if row else None


def read_plan(connection: Connection, integration: str, run_id: str) -> Plan:
    """The plan of a run. Raises PermanentError if it has none."""
    plan = find_plan(connection, integration, run_id)
    if plan is None:
        raise PermanentError(f"The run {run_id} has no plan in the warehouse; clear its task `validate`.")
    return plan


def save_plan(connection: Connection, plan: Plan) -> None:
    """Freeze a plan."""
    run_sql(
        connection,
        "pipeline/plan/save",
        integration=plan.integration,
        run_id=plan.run_id,
        run_type=plan.run_type,
        window_start=plan.window.start,
        window_end=plan.window.end,
        chunks=json.dumps([[chunk.start.isoformat(), chunk.end.isoformat()] for chunk in plan.chunks]),
        athletes=plan.athletes,
        collections=plan.collections,
        is_full_scope=plan.is_full_scope,
    )


def finish_run(connection: Connection, plan: Plan, state: str) -> None:
    """Note how a run ended: ``complete`` or ``failed``."""
    run_sql(connection, "pipeline/plan/finish", integration=plan.integration, run_id=plan.run_id, state=state)


def begin(connection: Connection, slices: list[Slice], paths: list[str]) -> None:
    """Units of one athlete are being pulled; their answers will lie at ``paths``."""
    collections = [slice_.collection for slice_ in slices]
    run_sql(connection, "pipeline/slices/begin", **slices[0].key, collections=collections, paths=paths)


def land(connection: Connection, run: dict[str, str], chunk: TimeRange, manifests: list[Manifest]) -> None:
    """Answers have landed whole; ``run`` names integration and run_id."""
    listed = msgspec.json.encode(manifests).decode()
    run_sql(connection, "pipeline/slices/land", **run, chunk_start=chunk.start, manifests=listed)


def fail(connection: Connection, slice_: Slice, error: str, state: str = "failed") -> None:
    """The slice was not pulled, and why."""
    run_sql(connection, "pipeline/slices/fail", **slice_.key, state=state, error=error)


def chunk_slices(connection: Connection, plan: Plan, chunk: TimeRange) -> list[Row]:
    """The rows of ``ops.slices`` of one chunk."""
    return list(
        run_sql(
            connection,
            "pipeline/slices/read",
            integration=plan.integration,
            run_id=plan.run_id,
            chunk_start=chunk.start,
        ).all()
    )


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
