"""Parse a CSV file of an export into typed rows, one at a time, even if Excel has saved it again."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wearables.core.errors import ExportRejected
from wearables.whoop_export.archive import USE_ORIGINAL, Entry, open_archive
from wearables.whoop_export.cells import BadCell, Value, read_cell
from wearables.whoop_export.columns import FILES, JOURNAL, Column, File
from wearables.whoop_export.headers import Header, read_header

DELIMITERS = ",;\t"
KNOWN_WIDTHS = {width for file in FILES for width in file.widths}


@dataclass(frozen=True)
class Row:
    """A row: the number of its line in the file, and its values by column key."""

    line: int
    values: Mapping[str, Value]


class Table:
    """One of the four files. ``name`` is WHOOP's name for it, whatever its name in the ZIP."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry
        self.name = entry.label
        with self._lines() as lines:
            first = lines.readline()
            self._delimiter = max(DELIMITERS, key=lambda each: (_width(first, each) in KNOWN_WIDTHS, first.count(each)))
            cells = self._next(self._reader([first])) or []
            self._header: Header = read_header(_without_blank_end(cells), self.name)
        self.file: File = self._header.file
        self.name = self.file.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order of the header."""
        return self._header.columns

    @property
    def is_matched_by_name(self) -> bool:
        """Whether every column name is known; otherwise columns are matched by position."""
        return self._header.is_matched_by_name

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank. Raises ExportRejected at the first row that cannot be parsed."""
        with self._lines() as lines:
            reader = self._reader(lines)
            self._next(reader)
            while (cells := self._next(reader)) is not None:
                if any(cell.strip() for cell in cells):
                    yield self._row(cells, reader.line_num)

    def rejection(self, line: int, column: Column | str, problem: str) -> ExportRejected:
        """Return the error for an invalid cell. It says where and what the problem is, and never repeats the cell."""
        key = column if isinstance(column, str) else column.key
        position = next((number for number, each in enumerate(self.columns, 1) if each.key == key), 0)
        hint = "" if self.is_matched_by_name else " Some column names are unknown, so columns were matched by position."
        return ExportRejected(
            f"{self.name}, line {line}, column {position} ({key}): {problem}. "
            f"Nothing was imported.{hint} {USE_ORIGINAL}"
        )

    def _row(self, cells: list[str], line: int) -> Row:
        cells = _without_blank_end(cells, len(self.columns))
        if len(cells) != len(self.columns):
            raise ExportRejected(
                f"{self.name}, line {line}: {len(cells)} columns instead of {len(self.columns)}. Nothing was imported. "
                f"{USE_ORIGINAL}"
            )
        values: dict[str, Value] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            try:
                values[column.key] = read_cell(cell, column)
            except BadCell as error:
                raise self.rejection(line, column, str(error)) from None
        return Row(line, values)

    def _reader(self, lines: Iterable[str]) -> Any:
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def _next(self, reader: Any) -> list[str] | None:
        try:
            return next(reader, None)
        except csv.Error:
            raise ExportRejected(
                f"{self.name}, line {reader.line_num}: not valid CSV. Download the export again."
            ) from None

    @contextmanager
    def _lines(self) -> Iterator[io.TextIOWrapper]:
        with self._entry.open() as content, io.TextIOWrapper(content, encoding="utf-8-sig", newline="") as lines:
            try:
                yield lines
            except UnicodeDecodeError:
                raise ExportRejected(f"{self.name} is not encoded in UTF-8. {USE_ORIGINAL}") from None


@contextmanager
def tables(path: Path) -> Iterator[dict[str, Table]]:
    """Open the files of an export, by collection. Raises ExportRejected if one is missing, repeated or unknown."""
    with open_archive(path) as entries:
        found: dict[str, Table] = {}
        for entry in entries:
            table = Table(entry)
            if table.file.collection in found:
                raise ExportRejected(f"{entry.label} is a second {table.name}. {USE_ORIGINAL}")
            found[table.file.collection] = table
        missing = [file.name for file in FILES if file.collection not in found and file is not JOURNAL]
        if missing:
            raise ExportRejected(f"Files are missing from the ZIP: {', '.join(missing)}. {USE_ORIGINAL}")
        yield found


def _width(line: str, delimiter: str) -> int:
    try:
        return len(_without_blank_end(next(csv.reader([line], delimiter=delimiter), [])))
    except csv.Error:
        return 0


def _without_blank_end(cells: list[str], at_least: int = 0) -> list[str]:
    """Remove the blank cells that Excel adds at the end of a line."""
    end = len(cells)
    while end > at_least and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
