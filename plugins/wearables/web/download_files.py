"""Write rows of the warehouse as CSV for spreadsheets or Parquet for notebooks, in constant memory."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, get_args

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa
from pyarrow import parquet
from sqlalchemy import Connection

from wearables.core.errors import PermanentError
from wearables.core.warehouse import run_sql
from wearables.web.formulas import neutralised

Relation = Literal[
    "athlete_days", "trends", "flags", "coverage", "metrics", "workouts", "sleeps", "survey_responses", "athletes"
]
Format = Literal["csv", "parquet"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
# The column with a row's date if it is not metric_date, or None if rows have no date.
DATE_COLUMNS: Mapping[str, str | None] = {"survey_responses": "response_date", "athletes": None}
MAX_DAYS = 400
CHUNK_ROWS = 5_000
ARROW_TYPES: Mapping[str, pa.DataType] = {
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "double precision": pa.float64(),
    "integer": pa.int32(),
    "text": pa.string(),
    "text[]": pa.list_(pa.string()),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
    "timestamp without time zone": pa.timestamp("us"),
}


@dataclass(frozen=True)
class DownloadRequest:
    """The rows to download: integration, relation, first and last date, and a squad or None for all athletes."""

    integration: str
    relation: Relation
    start: dt.date
    end: dt.date
    squad: str | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PermanentError(f"The last day, {self.end}, is before the first day, {self.start}. Swap them.")
        if (days := (self.end - self.start).days + 1) > MAX_DAYS:
            raise PermanentError(
                f"You asked for {days} days, but a download may have at most {MAX_DAYS}. Download them in parts."
            )

    @property
    def date_column(self) -> str | None:
        """The column with a row's date, or None if rows have no date."""
        return DATE_COLUMNS.get(self.relation, "metric_date")

    def file_name(self, suffix: Format) -> str:
        """Return a file name that says what the file contains."""
        days = f"_{self.start}_{self.end}" if self.date_column else ""
        return f"{self.integration}_{self.relation}{days}.{suffix}"


def write(connection: Connection, request: DownloadRequest, suffix: Format, file: BinaryIO) -> None:
    """Write the rows to a file, sorted by date and athlete."""
    columns = run_sql(connection, "web/downloads/columns", relation=request.relation)
    schema = pa.schema([(each.column_name, ARROW_TYPES[each.column_type]) for each in columns])
    tables = _read(connection, request, schema)
    {"csv": _write_csv, "parquet": _write_parquet}[suffix](file, schema, tables)


def _query(request: DownloadRequest) -> sa.Select:
    """Build the query. The relation's name cannot be a bound parameter; it is one of RELATIONS."""
    keys = ["integration", "athlete_id", *([request.date_column] if request.date_column else [])]
    rows = sa.table(request.relation, *map(sa.column, keys), schema="analytics")
    query = sa.select(sa.text("*")).select_from(rows).where(rows.c.integration == request.integration)
    if request.date_column:
        date = rows.c[request.date_column]
        query = query.where(date.between(request.start, request.end)).order_by(date)
    if request.squad:
        names = ("integration", "athlete_id", "squad")
        athletes = sa.table("athletes", *map(sa.column, names), schema="analytics").alias("of_squad")
        query = query.where(
            rows.c.athlete_id.in_(
                sa.select(athletes.c.athlete_id).where(
                    athletes.c.integration == request.integration, athletes.c.squad == request.squad
                )
            )
        )
    return query.order_by(rows.c.athlete_id)


def _read(connection: Connection, request: DownloadRequest, schema: pa.Schema) -> Iterator[pa.Table]:
    """Read the rows in chunks. Set the types, because pandas infers others if all values of a chunk are missing."""
    query = _query(request).execution_options(yield_per=CHUNK_ROWS)
    for frame in pd.read_sql(query, connection, chunksize=CHUNK_ROWS):
        yield pa.Table.from_pandas(frame, schema, preserve_index=False).replace_schema_metadata()


def _write_parquet(file: BinaryIO, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    with parquet.ParquetWriter(file, schema) as writer:
        for table in tables:
            writer.write_table(table)


def _write_csv(file: BinaryIO, schema: pa.Schema, tables: Iterator[pa.Table]) -> None:
    for number, table in enumerate(tables):
        frame = table.to_pandas(types_mapper=pd.ArrowDtype)
        for column in schema:
            if not pa.types.is_primitive(column.type) or pa.types.is_timestamp(column.type):
                frame[column.name] = frame[column.name].astype(object).map(_cell, na_action="ignore")
        frame.to_csv(file, index=False, header=number == 0, lineterminator="\r\n")


def _cell(value: Any) -> str:
    """Format a text, list or instant as a cell that no spreadsheet runs as a formula. Numbers stay numbers."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return neutralised(value if isinstance(value, str) else "; ".join(value))
