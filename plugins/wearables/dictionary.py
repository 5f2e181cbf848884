"""The data dictionary: Markdown made from the comments in the warehouse, so that it cannot drift."""

from itertools import groupby

from sqlalchemy import Connection, Row

from wearables.warehouse import run_sql

HEAD = """# The warehouse

Made from the comments in the database by `bin/wearables dictionary`; a test fails when it is stale. How the metrics are
dated, and what counts: [metrics.md](metrics.md).
"""


# Its views have the columns of their namesakes in analytics.
MIRROR = "analytics_pseudonymous"


def dictionary(connection: Connection) -> str:
    """Every schema, table and column of a migrated warehouse, every function, metric and trend, as Markdown."""
    parts = [HEAD]
    columns = run_sql(connection, "dictionary/columns").all()
    for (schema, comment), in_schema in groupby(columns, lambda row: (row.schema_name, row.schema_comment)):
        parts.append(f"\n## {schema}\n\n{comment}\n")
        relations = [(name, list(rows)) for name, rows in groupby(in_schema, lambda row: row.relation_name)]
        if schema == MIRROR:
            parts.append(f"\nViews, by `pseudonym`: {', '.join(f'`{name}`' for name, _ in relations)}.\n")
        else:
            parts += [_relation(f"{schema}.{name}", rows) for name, rows in relations]
    parts.append(_functions(list(run_sql(connection, "dictionary/functions").all())))
    parts.append(_metrics(list(run_sql(connection, "dictionary/metrics", kind="metric").all())))
    parts.append(_trends(list(run_sql(connection, "dictionary/metrics", kind="trend").all())))
    return "".join(parts)


def _relation(name: str, rows: list[Row]) -> str:
    head = f"\n### {name} ({rows[0].relation_kind})\n\n{rows[0].relation_comment}\n\n"
    head += "| column | type | meaning |\n|---|---|---|\n"
    return head + "".join(f"| `{row.column_name}` | {row.column_type} | {row.column_comment} |\n" for row in rows)


def _functions(rows: list[Row]) -> str:
    head = "\n## Functions for analysts\n\n| call | meaning |\n|---|---|\n"
    return head + "".join(f"| `{row.call}` | {row.comment} |\n" for row in rows)


def _metrics(rows: list[Row]) -> str:
    head = (
        "\n## The metrics\n\n| metric | unit | meaning | field of WHOOP | plausible | formula | status | citation |\n"
    )
    return f"{head}|---|---|---|---|---|---|---|---|\n" + "".join(
        f"| `{row.metric}` | {row.unit} | {row.description} | `{row.source}` | {row.minimum:g} to {row.maximum:g} | "
        f"{row.formula} | {row.status} | {row.citation} |\n"
        for row in rows
    )


def _trends(rows: list[Row]) -> str:
    head = "\n## The trends\n\nColumns of `analytics.trends`; how to read them: [trends.md](trends.md).\n\n"
    head += "| trend | unit | meaning | made of | formula | minimum data | status | citation |\n"
    return f"{head}|---|---|---|---|---|---|---|---|\n" + "".join(
        f"| `{row.metric}` | {row.unit} | {row.description} | {row.source} | {row.formula} | {row.minimum_data} | "
        f"{row.status} | {row.citation} |\n"
        for row in rows
    )
