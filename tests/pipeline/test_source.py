"""A second source: this module is one, registered under the name ``dummy``."""

import datetime as dt
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, Row

from wearables.core.errors import AthleteError
from wearables.core.integrations import Integration, load_integration
from wearables.core.priority import Priority
from wearables.core.sources import SOURCES, RegisteredSource
from wearables.core.warehouse import transaction
from wearables.pipeline.answer import Answer
from wearables.pipeline.extract import extract
from wearables.pipeline.landed_row import landed_row
from wearables.pipeline.landing import Manifest
from wearables.pipeline.plan import Plan
from wearables.pipeline.slices import PlannedSlice, Slice
from wearables.pipeline.stage import landed_rows, stage
from wearables.pipeline.validate import Run, validate

ATHLETE = 7


class DummySession:
    """Lands one record per slice: a reading at the start of its chunk."""

    def prepare(self, athletes: Collection[int]) -> None:
        return None

    def fetch(self, slice_: Slice) -> Manifest:
        start, end = slice_.chunk.start, slice_.chunk.start + dt.timedelta(hours=1)
        answer = Answer()
        answer.add(json.dumps({"start": start.isoformat(), "end": end.isoformat(), "value": 42}).encode())
        manifest = Manifest(
            integration=slice_.integration,
            run_id=slice_.run_id,
            athlete_id=slice_.athlete_id,
            collection=slice_.collection,
            chunk_start=slice_.chunk.start.isoformat(),
            chunk_end=slice_.chunk.end.isoformat(),
            pages=1,
            records=answer.records,
            rejected=answer.rejected,
            requests=1,
            waited_seconds=0.0,
            seconds=0.0,
        )
        slice_.landing.commit(answer, manifest)
        return manifest

    def answers(self, slice_: Slice) -> bool:
        return True

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        raise error

    def interrupt(self) -> None:
        return None


class DummySource:
    """Implements ``wearables.pipeline.source.Source`` for everybody on the list of athletes."""

    def athletes(self, connection: Connection, integration: str) -> Sequence[Row]:
        query = """
            select athlete_id, enrolled_at, 'active' as grant_state, true as is_askable, null as reason,
                null as collections
            from ops.athletes where integration = %s
        """
        return connection.exec_driver_sql(query, (integration,)).all()

    def check_connection(self, integration: Integration) -> None:
        return None

    def check_credentials(self, integration: Integration) -> None:
        return None

    def cost(self, integration: Integration, slices: Sequence[PlannedSlice]) -> str:
        return f"{len(slices)} requests"

    def slices_per_minute(self, integration: Integration) -> float:
        return 100

    @contextmanager
    def open(self, integration: Integration, priority: Priority) -> Iterator[DummySession]:
        yield DummySession()

    def rows(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> Iterator[bytes]:
        return landed_rows(slices, _row)

    def complete(self, connection: Connection, plan: Plan, slices: Sequence[Row]) -> list[Row]:
        return list(slices)


def source() -> DummySource:
    """Return the source, as core/sources.py expects of a registered module."""
    return DummySource()


def _row(line_number: int, slice_number: int, line: bytes, collection: str) -> bytes:
    reading = json.loads(line)
    start, end = reading["start"], reading["end"]
    return landed_row(line_number, slice_number, start, start, start, end, line)


def test_a_second_source_needs_its_own_module_and_one_registration(
    warehouse_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCES, "dummy", RegisteredSource("Dummy", ("reading",), __name__))
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    monkeypatch.setenv("WEARABLES_LANDING", (tmp_path / "landing").as_uri())
    (tmp_path / "team.yaml").write_text("source: dummy")
    integration = load_integration("team")
    with transaction(warehouse_engine) as connection:
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name) values ('team', %s, 'A', 'B')",
            (ATHLETE,),
        )
    dates = {"start_date": "2026-03-01", "end_date": "2026-03-30"}
    for batch in validate(integration, Run("run", "manual", dt.datetime.now(dt.UTC), dates)):
        extract(integration, "run", batch)
        stage(integration, "run", batch)
    with transaction(warehouse_engine) as connection:
        records = connection.exec_driver_sql(
            "select collection, athlete_id, started_at::date, payload -> 'value' from raw.records order by 3"
        ).all()
    first, second = dt.date(2026, 3, 1), dt.date(2026, 3, 16)
    assert records == [("reading", ATHLETE, first, 42), ("reading", ATHLETE, second, 42)]
