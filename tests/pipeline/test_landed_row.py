"""Rows for COPY: PostgreSQL stores every field exactly as it was, in one row, whatever characters it contains."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from tests.factories import REPRODUCIBLE
from wearables.core.sql_files import sql
from wearables.core.warehouse import copy_lines, run_sql
from wearables.pipeline.landed_row import landed_row

# PostgreSQL cannot store a NUL, and UTF-8 has no surrogates. Everything else may occur.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50) | st.text(
    "\\\t\n\r\x01\x02\x08\x7f\x85\u2028\ufeff\U0010ffff'\",.N", max_size=20
)
TIME = "2026-03-01T10:00:00.123456+00:00"


@pytest.fixture
def connection(warehouse_engine: Engine) -> Iterator[Connection]:
    with warehouse_engine.connect() as connection:
        run_sql(connection, "pipeline/stage/landed")
        yield connection


@REPRODUCIBLE
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 2**31 - 1), TEXT, TEXT | st.none(), TEXT | st.none(), TEXT), min_size=1, max_size=20
    )
)
def test_postgresql_returns_every_field_unchanged(connection: Connection, rows: list[tuple]) -> None:
    connection.exec_driver_sql("delete from landed")
    lines = [
        landed_row(number, slice_number, record_id, TIME, started_at, ended_at, json.dumps(payload).encode())
        for number, (slice_number, record_id, started_at, ended_at, payload) in enumerate(rows)
    ]
    assert [line.count(b"\n") for line in lines] == [1] * len(lines)
    copy_lines(connection, sql("pipeline/stage/landed.copy"), lines)
    stored = connection.exec_driver_sql(
        "select slice_number, record_id, started_at, ended_at, payload, line_number, source_updated_at "
        "from landed order by line_number"
    ).all()
    expected = [(*row, number, dt.datetime.fromisoformat(TIME)) for number, row in enumerate(rows)]
    assert [tuple(row) for row in stored] == expected


def test_the_digest_depends_on_every_byte_of_the_record(connection: Connection) -> None:
    lines = [landed_row(7, 1, 2, TIME, TIME, None, b'{"x": %s}' % value) for value in (b"1", b"1", b"1.0")]
    copy_lines(connection, sql("pipeline/stage/landed.copy"), lines)
    first, second, third = connection.exec_driver_sql("select payload_digest from landed order by ctid").scalars()
    assert first == second != third


@pytest.mark.parametrize("place", range(4))
def test_a_nul_is_an_error(place: int) -> None:
    texts = ["5", TIME, TIME, "{}"]
    texts[place] = "a\0b"
    record_id, updated_at, started_at, payload = texts
    with pytest.raises(ValueError, match="NUL"):
        landed_row(7, 1, record_id, updated_at, started_at, None, payload.encode())
