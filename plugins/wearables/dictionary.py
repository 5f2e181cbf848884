"""The data dictionary: Markdown made from the comments in the warehouse, so that it cannot drift."""

from itertools import groupby

from sqlalchemy import Connection, Row

from wearables.warehouse import run_sql

HEAD = """# The warehouse

Made from the comments in the database by `bin/wearables dictionary`; a test fails when it is stale. How the metrics are
dated, and what counts: [metrics.md](metrics.md).
"""


def dictionary(connection: Connection) -> str:
    """Every schema, table and column of a migrated warehouse, and every metric, as Markdown."""
    parts = [HEAD]
    columns = run_sql(connection, "dictionary/columns").all()
    for (schema, comment), in_schema in groupby(columns, lambda row: (row.schema_name, row.schema_comment)):
        parts.append(f"\n## {schema}\n\n{comment}\n")
        for relation, rows in groupby(in_schema, lambda row: row.relation_name):
            parts.append(_relation(f"{schema}.{relation}", list(rows)))
    parts.append(_metrics(list(run_sql(connection, "dictionary/metrics").all())))
    return "".join(parts)


def _relation(name: str, rows: list[Row]) -> str:
    head = f"\n### {name} ({rows[0].relation_kind})\n\n{rows[0].relation_comment}\n\n"
    head += "| column | type | meaning |\n|---|---|---|\n"
    return head + "".join(f"| `{row.column_name}` | {row.column_type} | {row.column_comment} |\n" for row in rows)


def _metrics(rows: list[Row]) -> str:
    head = "\n## The metrics\n\n| metric | unit | meaning | field of WHOOP | plausible |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.metric}` | {row.unit} | {row.description} | `{row.source}` | {row.minimum:g} to {row.maximum:g} |\n"
        for row in rows
    )
