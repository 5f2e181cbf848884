"""The data dictionary: it is complete, and the copy in docs/ is up to date."""

from pathlib import Path

from sqlalchemy import Engine

from wearables.cli.dictionary_markdown import dictionary
from wearables.core.warehouse import run_sql, transaction

FILE = Path(__file__).parents[2] / "docs" / "reference" / "warehouse.md"


def test_every_schema_table_and_column_has_a_comment(warehouse_engine: Engine) -> None:
    with transaction(warehouse_engine) as connection:
        rows = run_sql(connection, "core/dictionary/columns").all()
    assert len(rows) > 100
    missing = [
        f"{row.schema_name}.{row.relation_name}.{row.column_name}"
        for row in rows
        if not (row.schema_comment and row.relation_comment and row.column_comment)
    ]
    assert missing == []


def test_the_comment_of_every_table_begins_with_its_grain(warehouse_engine: Engine) -> None:
    with transaction(warehouse_engine) as connection:
        rows = run_sql(connection, "core/dictionary/columns").all()
    assert {row.relation_name for row in rows if not row.relation_comment.startswith("One row per ")} == set()


def test_the_file_in_docs_is_up_to_date(warehouse_engine: Engine) -> None:
    with transaction(warehouse_engine) as connection:
        assert FILE.read_text() == dictionary(connection), "run `bin/wearables dictionary` into it"
