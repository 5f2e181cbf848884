"""The dictionary as Markdown: docs/reference/warehouse.md."""

from collections.abc import Sequence

from sqlalchemy import Connection, Row

from wearables.core.dictionary import Relation, Schema, read_dictionary

HEAD = """# The warehouse

Made from the comments in the database by `bin/wearables dictionary`; a test fails when it is stale. How the metrics are
dated, and what counts: [metrics.md](metrics.md).
"""


# Its views have the columns of their namesakes in analytics.
MIRROR = "analytics_pseudonymous"


def dictionary(connection: Connection) -> str:
    """Every schema, table and column of a migrated warehouse, every function, metric and trend, as Markdown."""
    contents = read_dictionary(connection)
    return "".join(
        [
            HEAD,
            *map(_schema, contents.schemas),
            _functions(contents.functions),
            _metrics(contents.metrics),
            _trends(contents.trends),
        ]
    )


def _schema(schema: Schema) -> str:
    head = f"\n## {schema.name}\n\n{schema.comment}\n"
    if schema.name == MIRROR:
        return f"{head}\nViews, by `pseudonym`: {', '.join(f'`{each.name}`' for each in schema.relations)}.\n"
    return head + "".join(_relation(schema, each) for each in schema.relations)


def _relation(schema: Schema, relation: Relation) -> str:
    head = f"\n### {schema.name}.{relation.name} ({relation.kind})\n\n{relation.comment}\n\n"
    head += "| column | type | meaning |\n|---|---|---|\n"
    return head + "".join(
        f"| `{row.column_name}` | {row.column_type} | {row.column_comment} |\n" for row in relation.columns
    )


def _functions(rows: Sequence[Row]) -> str:
    head = "\n## Functions for analysts\n\n| call | meaning |\n|---|---|\n"
    return head + "".join(f"| `{row.call}` | {row.comment} |\n" for row in rows)


def _metrics(rows: Sequence[Row]) -> str:
    head = (
        "\n## The metrics\n\n| metric | unit | meaning | field of WHOOP | plausible | formula | status | citation |\n"
    )
    return f"{head}|---|---|---|---|---|---|---|---|\n" + "".join(
        f"| `{row.metric}` | {row.unit} | {row.description} | `{row.source}` | {row.minimum:g} to {row.maximum:g} | "
        f"{row.formula} | {row.status} | {row.citation} |\n"
        for row in rows
    )


def _trends(rows: Sequence[Row]) -> str:
    head = "\n## The trends\n\nColumns of `analytics.trends`; how to read them: [trends.md](trends.md).\n\n"
    head += "| trend | unit | meaning | made of | formula | minimum data | status | citation |\n"
    return f"{head}|---|---|---|---|---|---|---|---|\n" + "".join(
        f"| `{row.metric}` | {row.unit} | {row.description} | {row.source} | {row.formula} | {row.minimum_data} | "
        f"{row.status} | {row.citation} |\n"
        for row in rows
    )
