"""Which file a header row belongs to, and which column is which: by known names, else by position.

The order of the columns is the same in every account language; the names are not. A header in English must be known
word for word. One in another language may hold names not met yet: then the position decides, and the reader checks
that the content agrees.
"""

import unicodedata
from dataclasses import dataclass

from wearables.core.errors import ExportRejected
from wearables.whoop_export.columns import FILES, Column, File
from wearables.whoop_export.languages import ENGLISH, NAMES

LONGEST_NAME = 60
MOST_NAMED = 3


@dataclass(frozen=True)
class Header:
    """The columns of a file in the order in which they stand there; ``is_known`` if every name is."""

    file: File
    columns: tuple[Column, ...]
    is_known: bool


def read_header(cells: list[str], where: str) -> Header:
    """Identify a header row. Raises ExportRejected when it is none of the four, or not surely one."""
    folded = [_fold(cell) for cell in cells]
    # The file that knows most of the names, then the one of that width.
    file = max(FILES, key=lambda each: (len(_known(folded, each)), len(cells) in each.widths))
    known = _known(folded, file)
    if not known and len(cells) not in file.widths:
        raise ExportRejected(f"{where} is none of WHOOP's four files; {_WHAT_TO_DO}")
    unknown = [cell for cell, name in zip(cells, folded, strict=True) if name not in known]
    if len(cells) not in file.widths or (unknown and _is_english(folded, file)):
        raise ExportRejected(f"{where} {_difference(file, cells, folded, unknown)}; {_WHAT_TO_DO}")
    if not unknown:
        return _by_name(file, folded, known, where)
    columns = file.columns[: len(cells)]
    if any(known.get(name, column.key) != column.key for name, column in zip(folded, columns, strict=True)):
        raise ExportRejected(f"{where} has its columns in an unknown order; {_WHAT_TO_DO}")
    return Header(file, columns, is_known=False)


_WHAT_TO_DO = "hand in the export as WHOOP made it, or set the app to English and ask for it again."


def _by_name(file: File, folded: list[str], known: dict[str, str], where: str) -> Header:
    by_key = {column.key: column for column in file.columns}
    columns = tuple(by_key[known[name]] for name in folded)
    if len(set(columns)) != len(columns) or not set(file.columns[: len(folded)]) <= set(columns):
        raise ExportRejected(f"{where} has a column twice or lacks one; {_WHAT_TO_DO}")
    return Header(file, columns, is_known=True)


def _known(folded: list[str], file: File) -> dict[str, str]:
    """Keys of the columns whose names are known, by name."""
    keys = {column.key for column in file.columns}
    return {name: key for name in folded for key in _KEYS.get(name, ()) if key in keys}


def _is_english(folded: list[str], file: File) -> bool:
    english = {_fold(name) for name in ENGLISH.values()}
    return sum(name in english for name in folded) > len(file.columns) / 2


def _difference(file: File, cells: list[str], folded: list[str], unknown: list[str]) -> str:
    if unknown:
        names = ", ".join(repr(name[:LONGEST_NAME]) for name in unknown[:MOST_NAMED])
        return f"({file.name}) has unknown columns: {names}"
    known = set(_known(folded, file).values())
    missing = [column.key for column in file.columns if column.key not in known]
    if missing and len(cells) < max(file.widths):
        return f"({file.name}) lacks columns: {', '.join(missing[:MOST_NAMED])}"
    return f"({file.name}) has {len(cells)} columns, not {' or '.join(map(str, sorted(file.widths)))}"


def _fold(name: str) -> str:
    """Without accents, case, and the many kinds of blanks and apostrophes."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())


def _keys() -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for language in NAMES:
        for key, name in language.items():
            keys[_fold(name)] = tuple(dict.fromkeys((*keys.get(_fold(name), ()), key)))
    return keys


_KEYS = _keys()
