"""The data dictionary, read from a migrated warehouse."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql


@dataclass(frozen=True)
class Relation:
    """A table or view; each column has column_name, column_type and column_comment."""

    name: str
    kind: str
    comment: str
    columns: Sequence[Row]


@dataclass(frozen=True)
class Schema:
    """A schema with its tables and views, ordered by name."""

    name: str
    comment: str
    relations: Sequence[Relation]


@dataclass(frozen=True)
class Dictionary:
    """Schemas, functions for analysts (call, comment), and the definitions of metrics and trends."""

    schemas: Sequence[Schema]
    functions: Sequence[Row]
    metrics: Sequence[Row]
    trends: Sequence[Row]


def read_dictionary(connection: Connection) -> Dictionary:
    """Return every schema, table, column, function, metric and trend."""
    columns = run_sql(connection, "core/dictionary/columns").all()
    return Dictionary(
        [
            Schema(
                name, comment, [_relation(list(rows)) for _, rows in groupby(of_schema, lambda row: row.relation_name)]
            )
            for (name, comment), of_schema in groupby(columns, lambda row: (row.schema_name, row.schema_comment))
        ],
        run_sql(connection, "core/dictionary/functions").all(),
        run_sql(connection, "core/dictionary/metrics", kind="metric").all(),
        run_sql(connection, "core/dictionary/metrics", kind="trend").all(),
    )


def _relation(rows: Sequence[Row]) -> Relation:
    first = rows[0]
    return Relation(first.relation_name, first.relation_kind, first.relation_comment, rows)
