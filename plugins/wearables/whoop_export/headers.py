"""Identify the file and the columns of a header row: by known names, otherwise by position.

The order of the columns is the same in every account language; the names are not. In English, every name must be
known. In other languages some may be unknown. Then the columns are matched by position, and consistency.py checks that
the values agree.
"""

import unicodedata
from dataclasses import dataclass

from wearables.core.errors import ExportRejected
from wearables.whoop_export.columns import FILES, Column, File
from wearables.whoop_export.languages import ENGLISH, NAMES

MAX_LISTED = 3
WHAT_TO_DO = "Use the file exactly as WHOOP sent it, or set the WHOOP app to English and export again."


@dataclass(frozen=True)
class Header:
    """The columns of a file in the order of the header. ``is_matched_by_name`` is true if every name is known."""

    file: File
    columns: tuple[Column, ...]
    is_matched_by_name: bool


def read_header(cells: list[str], where: str) -> Header:
    """Identify a header row. ``where`` names its file in errors.

    Raises ExportRejected unless it is clearly the header of one of the four files.
    """
    folded = [_fold(cell) for cell in cells]
    # Choose the file with the most known names. If several have as many, choose one with this number of columns.
    file = max(FILES, key=lambda each: (len(_keys_by_name(folded, each)), len(cells) in each.widths))
    keys = _keys_by_name(folded, file)
    if not keys and len(cells) not in file.widths:
        raise ExportRejected(f"{where} is not one of WHOOP's four files. {WHAT_TO_DO}")
    unknown = [position for position, name in enumerate(folded, 1) if name not in keys]
    if len(cells) not in file.widths or (unknown and _is_english(folded, file)):
        raise ExportRejected(f"{where} ({file.name}) {_difference(file, folded, unknown)}. {WHAT_TO_DO}")
    if not unknown:
        return _by_name(file, folded, keys, where)
    columns = file.columns[: len(cells)]
    if any(keys.get(name, column.key) != column.key for name, column in zip(folded, columns, strict=True)):
        raise ExportRejected(f"{where} ({file.name}) has its columns in an unexpected order. {WHAT_TO_DO}")
    return Header(file, columns, is_matched_by_name=False)


def _by_name(file: File, folded: list[str], keys: dict[str, str], where: str) -> Header:
    by_key = {column.key: column for column in file.columns}
    columns = tuple(by_key[keys[name]] for name in folded)
    if len(set(columns)) != len(columns) or not set(file.columns[: len(folded)]) <= set(columns):
        raise ExportRejected(f"{where} ({file.name}) has a missing or repeated column. {WHAT_TO_DO}")
    return Header(file, columns, is_matched_by_name=True)


def _keys_by_name(folded: list[str], file: File) -> dict[str, str]:
    """Map the known column names of a file to column keys."""
    keys = {column.key for column in file.columns}
    return {name: key for name in folded for key in _NAMED_KEYS.get(name, ()) if key in keys}


def _is_english(folded: list[str], file: File) -> bool:
    english = {_fold(name) for name in ENGLISH.values()}
    return sum(name in english for name in folded) > len(file.columns) / 2


def _difference(file: File, folded: list[str], unknown: list[int]) -> str:
    if unknown:
        return f"has unknown columns at position {', '.join(map(str, unknown[:MAX_LISTED]))}"
    found = set(_keys_by_name(folded, file).values())
    missing = [column.key for column in file.columns if column.key not in found]
    if missing and len(folded) < max(file.widths):
        return f"has missing columns: {', '.join(missing[:MAX_LISTED])}"
    return f"has {len(folded)} columns instead of {' or '.join(map(str, sorted(file.widths)))}"


def _fold(name: str) -> str:
    """Remove differences in accents, case, white space and apostrophes."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    return " ".join(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())


def _named_keys() -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for language in NAMES:
        for key, name in language.items():
            keys[_fold(name)] = tuple(dict.fromkeys((*keys.get(_fold(name), ()), key)))
    return keys


_NAMED_KEYS = _named_keys()
