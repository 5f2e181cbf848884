"""Rows for COPY: PostgreSQL stores every field exactly as it was, in one row, whatever characters it contains."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from tests.factories import REPRODUCIBLE
from wearables.core.sql_files import sql
from wearables.core.warehouse import copy_lines, run_sql
from wearables.pipeline.landed_row import copy_row, landed_row

# PostgreSQL cannot store a NUL, and UTF-8 has no surrogates. Everything else may occur.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=50) | st.text(
    "\\\t\n\r\x01\x02\x08\x7f\x85\u2028\ufeff\U0010ffff'\",.N", max_size=20
)
TIME = "2026-03-01T10:00:00.123456+00:00"


@pytest.fixture
def connection(warehouse_engine: Engine) -> Iterator[Connection]:
    with warehouse_engine.connect() as connection:
        run_sql(connection, "pipeline/stage/landed")
        connection.exec_driver_sql("create temporary table fields (first text, second text, third text)")
        yield connection


@REPRODUCIBLE
@given(rows=st.lists(st.tuples(TEXT | st.none(), TEXT, TEXT), min_size=1, max_size=20))
def test_postgresql_returns_every_field_unchanged(connection: Connection, rows: list[tuple]) -> None:
    connection.exec_driver_sql("delete from fields")
    lines = [copy_row(first, second, third.encode()) for first, second, third in rows]
    assert [line.count(b"\n") for line in lines] == [1] * len(lines)
    copy_lines(connection, "copy fields from stdin", lines)
    stored = connection.exec_driver_sql("select * from fields order by ctid").all()
    assert [tuple(row) for row in stored] == rows


@REPRODUCIBLE
@given(
    slice_number=st.integers(1, 2**31 - 1),
    record_id=TEXT,
    ended_at=TEXT | st.none(),
    content=st.dictionaries(TEXT, TEXT | st.floats(allow_nan=False, allow_infinity=False), max_size=5),
    is_ascii=st.booleans(),
)
def test_a_record_comes_back_from_the_table_of_landed_rows_whole_and_alone(
    connection: Connection,
    slice_number: int,
    record_id: str,
    ended_at: str | None,
    content: dict,
    is_ascii: bool,
) -> None:
    connection.exec_driver_sql("delete from landed")
    line = json.dumps(content, ensure_ascii=is_ascii).encode()
    row = landed_row(7, slice_number, record_id, TIME, TIME, ended_at, line)
    copy_lines(connection, sql("pipeline/stage/landed.copy"), [row])
    (stored,) = connection.exec_driver_sql("select * from landed").mappings()
    assert stored["line_number"] == 7
    assert stored["source_updated_at"].isoformat() == TIME
    assert (stored["slice_number"], stored["record_id"]) == (slice_number, record_id)
    assert (stored["started_at"], stored["ended_at"], stored["payload"]) == (TIME, ended_at, line.decode())
