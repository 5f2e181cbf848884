"""A team's roster: a CSV file with athletes' external ids, squads and positions. All of it is loaded, or nothing."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from wearables.core.errors import PermanentError
from wearables.core.warehouse import run_sql

KEY = "athlete_id"
COLUMNS = (KEY, "external_id", "squad", "position")


@dataclass(frozen=True)
class Entry:
    """One line of a roster. ``athlete_id`` is not validated yet."""

    line: int
    athlete_id: str
    external_id: str | None
    squad: str | None
    position: str | None


@dataclass(frozen=True)
class LoadedRoster:
    """The number of athletes on a roster, and the enrolled athletes that it does not list."""

    athletes: int
    unlisted: list[int]


def read_roster(path: Path) -> list[Entry]:
    """Return the lines of a roster. Raises PermanentError with file and line if the file is not a valid roster."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PermanentError(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise PermanentError(f"{path.name}: not UTF-8. Save the file as CSV UTF-8.") from None
    lines = csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True)
    try:
        columns = _columns(path, next(lines, []))
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise PermanentError(f"{path.name}: line {lines.line_num}: {error}.") from None
    uneven = [
        f"line {line}: {len(row)} values instead of {len(columns)}" for line, row in rows if len(row) != len(columns)
    ]
    if uneven:
        raise PermanentError(f"{path.name}: {'; '.join(uneven)}.")
    return [_entry(line, dict(zip(columns, row, strict=True))) for line, row in rows]


def load_roster(connection: Connection, integration: str, path: Path) -> LoadedRoster:
    """Replace the team's roster.

    Raises PermanentError with every line that has a missing, unknown or duplicate id. Then nothing is stored.
    """
    entries = read_roster(path)
    enrolled = list(run_sql(connection, "athletes/roster/athletes", integration=integration).scalars())
    problems = list(_problems(entries, {str(athlete_id) for athlete_id in enrolled}, integration))
    if problems:
        raise PermanentError(f"{path.name}: {'; '.join(problems)}. Nothing was loaded.")
    run_sql(
        connection,
        "athletes/roster/save",
        integration=integration,
        athlete_ids=[int(entry.athlete_id) for entry in entries],
        external_ids=[entry.external_id for entry in entries],
        squads=[entry.squad for entry in entries],
        positions=[entry.position for entry in entries],
    )
    listed = {int(entry.athlete_id) for entry in entries}
    return LoadedRoster(len(entries), [athlete_id for athlete_id in enrolled if athlete_id not in listed])


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _columns(path: Path, head: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in head]
    unknown = [column for column in columns if column not in COLUMNS]
    if unknown or len(set(columns)) != len(columns) or KEY not in columns:
        raise PermanentError(
            f"{path.name}: line 1: the columns must be {KEY} and any of {', '.join(COLUMNS[1:])}, each once. "
            f"Found: {', '.join(columns) or 'none'}."
        )
    return columns


def _entry(line: int, cells: dict[str, str]) -> Entry:
    athlete_id, external_id, squad, position = (cells.get(column, "").strip() or None for column in COLUMNS)
    return Entry(line, athlete_id or "", external_id, squad, position)


def _problems(entries: list[Entry], enrolled: set[str], integration: str) -> Iterator[str]:
    lines: dict[tuple[str, str], int] = {}
    for entry in entries:
        if not entry.athlete_id:
            yield f"line {entry.line}: {KEY} is missing"
        elif entry.athlete_id not in enrolled:
            yield f"line {entry.line}: {entry.athlete_id} is not enrolled in {integration}"
        for column, value in ((KEY, entry.athlete_id), ("external_id", entry.external_id)):
            if value:
                first = lines.setdefault((column, value), entry.line)
                if first != entry.line:
                    yield f"line {entry.line}: {column} {value} is already on line {first}"
