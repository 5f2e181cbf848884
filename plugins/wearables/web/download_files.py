"""Rows of the warehouse as a file: CSV for a spreadsheet, Parquet for a notebook. Memory does not grow with them."""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, get_args

import pyarrow as pa
import sqlalchemy as sa
from pyarrow import parquet
from sqlalchemy import Connection

from wearables.core.errors import PermanentError

Relation = Literal[
    "athlete_days", "trends", "flags", "coverage", "metrics", "workouts", "sleeps", "survey_responses", "athletes"
]
Format = Literal["csv", "parquet"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
# The column that dates a row, where it is not metric_date; None: the rows have no date.
DATES: Mapping[str, str | None] = {"survey_responses": "response_date", "athletes": None}
MOST_DAYS = 400
ROWS_AT_A_TIME = 5_000
# How a spreadsheet begins a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Types of PostgreSQL by the number that the driver knows them by.
TYPES: Mapping[Any, pa.DataType] = {
    16: pa.bool_(),
    20: pa.int64(),
    23: pa.int32(),
    25: pa.string(),
    701: pa.float64(),
    1009: pa.list_(pa.string()),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class Wanted:
    """Rows of one integration: a relation of schema analytics, the dates (both included), a squad or everybody."""

    integration: str
    relation: Relation
    start: dt.date
    end: dt.date
    squad: str | None = None

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PermanentError(f"The last day, {self.end}, lies before the first, {self.start}; swap them.")
        if (days := (self.end - self.start).days + 1) > MOST_DAYS:
            raise PermanentError(f"That is {days} days; a download holds at most {MOST_DAYS}: take it in parts.")

    @property
    def dated(self) -> str | None:
        """The column that dates a row, if rows have a date."""
        return DATES.get(self.relation, "metric_date")

    def file_name(self, suffix: Format) -> str:
        """What the file is called."""
        days = f"_{self.start}_{self.end}" if self.dated else ""
        return f"{self.integration}_{self.relation}{days}.{suffix}"


def write(connection: Connection, wanted: Wanted, suffix: Format, file: BinaryIO) -> None:
    """Write the rows into a file, by date and athlete."""
    query = _query(wanted)
    schema = _schema(connection, query)
    batches = _batches(connection, query, schema)
    {"csv": _write_csv, "parquet": _write_parquet}[suffix](file, schema, batches)


def _query(wanted: Wanted) -> sa.Select:
    """SQLAlchemy builds it, for a relation's name cannot be bound; it is one of RELATIONS."""
    keys = ["integration", "athlete_id", *([wanted.dated] if wanted.dated else [])]
    known = sa.table(wanted.relation, *map(sa.column, keys), schema="analytics")
    query = sa.select(sa.text("*")).select_from(known).where(known.c.integration == wanted.integration)
    if wanted.dated:
        date = known.c[wanted.dated]
        query = query.where(date.between(wanted.start, wanted.end)).order_by(date)
    if wanted.squad:
        names = ("integration", "athlete_id", "squad")
        athletes = sa.table("athletes", *map(sa.column, names), schema="analytics").alias("of_squad")
        query = query.where(
            known.c.athlete_id.in_(
                sa.select(athletes.c.athlete_id).where(
                    athletes.c.integration == wanted.integration, athletes.c.squad == wanted.squad
                )
            )
        )
    return query.order_by(known.c.athlete_id)


def _schema(connection: Connection, query: sa.Select) -> pa.Schema:
    """Columns with their types, which an empty result has too."""
    described = connection.execute(query.limit(0)).cursor.description  # type: ignore[union-attr]
    return pa.schema([(name, TYPES[type_code]) for name, type_code, *_ in described])


def _batches(connection: Connection, query: sa.Select, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    found = connection.execute(query, execution_options={"yield_per": ROWS_AT_A_TIME})
    for rows in found.partitions():
        columns = zip(*rows, strict=True)
        yield pa.record_batch(
            [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)], schema=schema
        )


def _write_parquet(file: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)


def _write_csv(file: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(schema.names)
    for batch in batches:
        writer.writerows([_cell(value) for value in row.values()] for row in batch.to_pylist())
    text.flush()
    text.detach()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(value)
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
