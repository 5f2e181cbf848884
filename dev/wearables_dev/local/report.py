"""The tables that the demo prints after a pull. They never contain health data."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Row

from wearables.core.warehouse import transaction, warehouse

SQL_DIR = Path(__file__).with_name("sql")
COUNTS = ("chunks", "pages", "records", "new", "changed", "unchanged", "deleted")


def rows(name: str, **parameters: Any) -> Sequence[Row]:
    """Return the rows of a query in the folder sql."""
    query = (SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")
    with transaction(warehouse()) as connection:
        return connection.exec_driver_sql(query, parameters).all()


def print_pull_log(console: Console, integration: str, run_id: str) -> None:
    """Print one line per athlete and collection."""
    table = _table("Pull log", ("athlete", "collection"), (*COUNTS, "seconds"))
    log = rows("pull_log", integration=integration, run_id=run_id)
    for row in log:
        counts = (str(getattr(row, name)) for name in COUNTS)
        table.add_row(str(row.athlete_id), row.collection, *counts, f"{row.seconds:.1f}")
    console.print(table)
    for error in sorted({row.error for row in log if row.error}):
        console.print(error, markup=False)


def print_metrics(console: Console, integration: str) -> None:
    """Print one line per metric."""
    table = _table("Metrics", ("metric",), ("values", "athletes", "first", "last"))
    for row in rows("metrics", integration=integration):
        table.add_row(row.metric, str(row.days), str(row.athletes), str(row.first_date), str(row.last_date))
    console.print(table)


def _table(title: str, texts: Iterable[str], numbers: Iterable[str]) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", box=None, padding=(0, 1))
    for name in texts:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
