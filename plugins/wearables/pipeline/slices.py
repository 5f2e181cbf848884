"""The pull log, ``ops.slices``: how each slice of a run went."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql
from wearables.core.windows import TimeRange
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
        """The key of the slice in ``ops.slices``, and the end of its chunk."""
        return {
            **self.run,
            "chunk_start": self.chunk.start,
            "chunk_end": self.chunk.end,
            "athlete_id": self.athlete_id,
            "collection": self.collection,
        }

    @property
    def landing(self) -> Landing:
        """The place where its answer lands."""
        run = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in self.run_id)
        return Landing.at(self.integration, run, self.chunk.label, str(self.athlete_id), self.collection)


def begin(connection: Connection, slices: Sequence[Slice], paths: Sequence[str]) -> None:
    """Record that slices of one athlete and chunk are being pulled; their answers will land at ``paths``."""
    collections = [each.collection for each in slices]
    run_sql(connection, "pipeline/slices/begin", **slices[0].key, collections=collections, paths=list(paths))


def land(connection: Connection, run: dict[str, str], chunk: TimeRange, manifests: Sequence[Manifest]) -> None:
    """Record that complete answers have landed, and the fields in them that this version does not know."""
    listed = msgspec.json.encode(manifests).decode()
    run_sql(connection, "pipeline/slices/land", **run, chunk_start=chunk.start, manifests=listed)
    fields = {(manifest.collection, field) for manifest in manifests for field in manifest.unknown_fields}
    for collection, field in sorted(fields):
        if run_sql(connection, "pipeline/slices/drift", **run, collection=collection, field=field).rowcount:
            log.warning("new field %s in %s: it is kept in raw.records, but no metric uses it yet", field, collection)


def fail(connection: Connection, slice_: Slice, error: str, state: str = "failed") -> None:
    """Record that a slice was not pulled, and why."""
    run_sql(connection, "pipeline/slices/fail", **slice_.key, state=state, error=error)


def adopt(connection: Connection, plan: Plan, chunk: TimeRange) -> None:
    """Take over the slices that an earlier run landed for the same chunk before it was killed."""
    run_sql(
        connection,
        "pipeline/slices/adopt",
        **plan.run,
        chunk_start=chunk.start,
        chunk_end=chunk.end,
        athletes=plan.athletes,
        collections=plan.collections,
    )


def chunk_slices(connection: Connection, plan: Plan, chunk: TimeRange) -> list[Row]:
    """Return the rows of ``ops.slices`` of one chunk."""
    return list(run_sql(connection, "pipeline/slices/read", **plan.run, chunk_start=chunk.start).all())
