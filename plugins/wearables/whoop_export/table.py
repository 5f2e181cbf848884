"""A CSV file of an export becomes typed rows, one at a time; also after Excel has saved it again."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wearables.core.errors import ExportRejected
from wearables.whoop_export.archive import Entry, opened
from wearables.whoop_export.cells import BadCell, Value, read_cell
from wearables.whoop_export.columns import FILES, Column, File
from wearables.whoop_export.headers import Header, read_header

DELIMITERS = ",;\t"
WIDTHS = {width for file in FILES for width in file.widths}
MOST_COLUMNS = 100


@dataclass(frozen=True)
class Row:
    """A row: its line in the file, and its values by the columns' keys."""

    line: int
    values: Mapping[str, Value]


class Table:
    """One of the four files."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self.name = entry.name
        with self._lines() as lines:
            first = lines.readline()
            self._delimiter = max(DELIMITERS, key=lambda each: (_width(first, each) in WIDTHS, first.count(each)))
            cells = self._next(self._reader([first])) or []
            self._header: Header = read_header(_without_blank_end(cells), self.name)
        self.file: File = self._header.file

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in the order in which they stand there."""
        return self._header.columns

    @property
    def is_known(self) -> bool:
        """Whether the name of every column is known; else the position told which is which."""
        return self._header.is_known

    def rows(self) -> Iterator[Row]:
        """Every row, from the file's beginning. Raises ExportRejected at the first that does not parse."""
        with self._lines() as lines:
            reader = self._reader(lines)
            self._next(reader)
            while (cells := self._next(reader)) is not None:
                if any(cell.strip() for cell in cells):
                    yield self._row(cells, reader.line_num)

    def refuse(self, line: int, column: Column | str, complaint: str) -> ExportRejected:
        """The refusal of a cell, told by its place and never by what it holds."""
        key = column if isinstance(column, str) else column.key
        position = next((number for number, each in enumerate(self.columns, 1) if each.key == key), 0)
        hint = "" if self.is_known else " The names of its columns are in an unknown language, so the position counts."
        return ExportRejected(
            f"{self.name}, line {line}, column {position} ({key}): {complaint}; nothing was imported.{hint}"
        )

    def _row(self, cells: list[str], line: int) -> Row:
        cells = _without_blank_end(cells, len(self.columns))
        if len(cells) != len(self.columns):
            raise ExportRejected(
                f"{self.name}, line {line}: has {len(cells)} columns, not {len(self.columns)}; nothing was imported."
            )
        values: dict[str, Value] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                values[column.key] = read_cell(cell, column)
            except BadCell as complaint:
                raise self.refuse(line, column, str(complaint)) from None
        return Row(line, values)

    def _reader(self, lines: Iterable[str]) -> Any:
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _next(self, reader: Any) -> list[str] | None:
        try:
            return next(reader, None)
        except csv.Error:
            raise ExportRejected(
                f"{self.name}, line {reader.line_num}: is not CSV; download the export again."
            ) from None

    @contextmanager
    def _lines(self) -> Iterator[io.TextIOWrapper]:
        with self._entry.open() as content, io.TextIOWrapper(content, encoding="utf-8-sig", newline="") as lines:
            try:
                yield lines
            except UnicodeDecodeError:
                raise ExportRejected(
                    f"{self.name} is not in UTF-8; save it again as CSV UTF-8, or hand in WHOOP's own file."
                ) from None


@contextmanager
def tables(path: Path) -> Iterator[dict[str, Table]]:
    """The files of an export, by collection. Raises ExportRejected when one is missing, twice, or unknown."""
    with opened(path) as entries:
        found: dict[str, Table] = {}
        for entry in entries.values():
            table = Table(entry)
            if table.file.collection in found:
                raise ExportRejected(f"The ZIP holds {table.file.name} twice, in {table.name} too; remove one.")
            found[table.file.collection] = table
        missing = [file.name for file in FILES if file.collection not in found and file.name != "journal_entries.csv"]
        if missing:
            raise ExportRejected(f"The ZIP lacks {', '.join(missing)}; hand in the export as WHOOP made it.")
        yield found


def local_time(row: Row, key: str) -> dt.datetime:
    """A time that must be there."""
    value = row.values[key]
    assert isinstance(value, dt.datetime)
    return value


def _width(line: str, delimiter: str) -> int:
    try:
        return len(_without_blank_end(next(csv.reader([line], delimiter=delimiter), [])))
    except csv.Error:
        return 0


def _without_blank_end(cells: list[str], at_least: int = 0) -> list[str]:
    """Excel adds empty columns at the end."""
    end = len(cells)
    while end > at_least and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
