"""The slices of a run in ``ops.slices``: first its plan, then its pull log."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import Batch
from wearables.pipeline.landing import Landing, Manifest
from wearables.pipeline.plan import Plan

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Slice:
    """One athlete, collection and chunk of a run: what is pulled, retried and logged on its own."""

    integration: str
    run_id: str
    chunk: TimeRange
    athlete_id: int
    collection: str

    @property
    def run(self) -> dict[str, str]:
        """The key of its run in ``ops.runs``."""
        return {"integration": self.integration, "run_id": self.run_id}

    @property
    def key(self) -> dict[str, object]:
        """The key of the slice in ``ops.slices``."""
        of_chunk = {"chunk_start": self.chunk.start, "athlete_id": self.athlete_id, "collection": self.collection}
        return {**self.run, **of_chunk}

    @cached_property
    def landing(self) -> Landing:
        """The place where its answer lands."""
        run = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in self.run_id)
        return Landing.at(self.integration, run, self.chunk.label, str(self.athlete_id), self.collection)


@dataclass(frozen=True)
class PlannedSlice:
    """A slice of a plan. ``error`` says why it is skipped; None means that it is pulled."""

    athlete_id: int
    collection: str
    chunk_number: int
    chunk: TimeRange
    error: str | None = None


def plan_slices(connection: Connection, plan: Plan, slices: Sequence[PlannedSlice]) -> None:
    """Save slices of a plan."""
    run_sql(
        connection,
        "pipeline/slices/plan",
        **plan.run,
        athletes=[each.athlete_id for each in slices],
        collections=[each.collection for each in slices],
        chunk_numbers=[each.chunk_number for each in slices],
        chunk_starts=[each.chunk.start for each in slices],
        chunk_ends=[each.chunk.end for each in slices],
        errors=[each.error for each in slices],
    )


def replan(connection: Connection, plan: Plan, athletes: Sequence[Row], batch: Batch | None = None) -> None:
    """Plan again the slices that an earlier attempt did not pull, if their athletes can be asked now.

    If ``batch`` is None, this applies to all chunks.
    """
    chunks = batch.chunks if batch else {"first_chunk": None, "last_chunk": None}
    run_sql(
        connection,
        "pipeline/slices/retry",
        **plan.run,
        **chunks,
        athletes=[athlete.athlete_id for athlete in athletes],
        is_askable=[athlete.is_askable for athlete in athletes],
        reasons=[athlete.reason for athlete in athletes],
        allowed=[None if athlete.collections is None else ",".join(athlete.collections) for athlete in athletes],
    )


def begin(connection: Connection, slices: Sequence[Slice]) -> list[Slice]:
    """Record that slices of one run are being pulled.

    Return the slices to pull: not those of an athlete who has been offboarded or erased.
    """
    by_path = {each.landing.url: each for each in slices}
    begun = run_sql(
        connection,
        "pipeline/slices/begin",
        **slices[0].run,
        chunk_starts=[each.chunk.start for each in slices],
        athletes=[each.athlete_id for each in slices],
        collections=[each.collection for each in slices],
        paths=list(by_path),
    )
    remaining = set(begun.scalars())
    return [each for path, each in by_path.items() if path in remaining]


def land(connection: Connection, run: dict[str, str], manifests: Sequence[Manifest]) -> None:
    """Record that complete answers have landed, and the fields in them that this version does not know."""
    run_sql(connection, "pipeline/slices/land", **run, manifests=msgspec.json.encode(manifests).decode())
    fields = {(manifest.collection, field) for manifest in manifests for field in manifest.unknown_fields}
    for collection, field in sorted(fields):
        if run_sql(connection, "pipeline/slices/drift", **run, collection=collection, field=field).rowcount:
            log.warning("new field %s in %s: it is kept in raw.records, but no metric uses it yet", field, collection)


def fail(connection: Connection, slice_: Slice, error: str, state: str) -> None:
    """Record that a slice was not pulled, and why. ``state`` is ``failed``, ``skipped`` or ``deferred``."""
    run_sql(connection, "pipeline/slices/fail", **slice_.key, state=state, error=error)


def adopt(connection: Connection, plan: Plan, batch: Batch, athletes: Collection[int]) -> None:
    """Take over what another run landed for the same chunks before it was killed."""
    run_sql(connection, "pipeline/slices/adopt", **plan.run, **batch.chunks, athletes=list(athletes))


def athletes_in(connection: Connection, plan: Plan, batch: Batch) -> list[int]:
    """Return the athletes whose slices belong to a batch."""
    athletes = run_sql(connection, "pipeline/slices/athletes", **plan.run, **batch.chunks).scalars()
    return batch.part.of(list(athletes))


def read_slices(connection: Connection, plan: Plan, batch: Batch, athletes: Collection[int]) -> list[Row]:
    """Return the rows of ``ops.slices`` of a batch, for these athletes."""
    return list(run_sql(connection, "pipeline/slices/read", **plan.run, **batch.chunks, athletes=list(athletes)).all())
