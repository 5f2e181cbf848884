"""Parse the cells of an export: local times, offsets, numbers, flags and texts. Errors never repeat the cell."""

import datetime as dt
import re
from collections.abc import Callable
from functools import cache

from wearables.core.plausible_dates import is_plausible
from wearables.whoop_export.columns import Column

Value = str | int | float | bool | dt.datetime | None

TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
# In Excel's dates with dots, the day comes first. Dates with slashes are ambiguous and not accepted.
DOTTED_TIME = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
OFFSET = re.compile(r"UTC(?:(Z)|([+-])(\d{2}):([0-5]\d))", re.ASCII)
MAX_OFFSET_HOURS = 14
NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,12})?", re.ASCII)
LOOKS_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
# Excel translates these to its own language.
TRUE = {"true", "wahr", "verdadero", "verdadeiro", "vrai"}
FALSE = {"false", "falsch", "falso", "faux"}
MAX_TEXT_LENGTH = 10_000


class BadCell(Exception):
    """A cell that cannot be parsed as its column's kind. The message says what is wrong."""


def read_cell(text: str, column: Column) -> Value:
    """Return the value of a cell, or None if it is blank. Raises BadCell."""
    text = text.strip()
    if not text:
        if column.is_required:
            raise BadCell("a value is required")
        return None
    return _READERS[column.kind](text)


def read_time(text: str) -> dt.datetime:
    """Parse a local time, to the second. Raises BadCell."""
    if found := TIME.fullmatch(text):
        year, month, day, *clock = found.groups()
    elif found := DOTTED_TIME.fullmatch(text):
        day, month, year, *clock = found.groups()
    else:
        raise BadCell("not a time such as 2026-03-01 23:14:05")
    try:
        hour, minute, second = (int(part or 0) for part in clock)
        moment = dt.datetime(int(year), int(month), int(day), hour, minute, second)
    except ValueError:
        raise BadCell("not an existing date and time") from None
    if not is_plausible(moment.replace(tzinfo=dt.UTC)):
        raise BadCell("before 2012 or in the future")
    return moment


def read_offset(text: str) -> str:
    """Return a UTC offset as the API writes it: +hh:mm, -hh:mm or Z. Raises BadCell."""
    found = OFFSET.fullmatch(text)
    if not found or int(found[3] or 0) * 60 + int(found[4] or 0) > MAX_OFFSET_HOURS * 60:
        raise BadCell("not a UTC offset such as UTC-04:00 or UTCZ")
    return found[1] or f"{found[2]}{found[3]}:{found[4]}"


def to_utc(local: dt.datetime, offset: str) -> dt.datetime:
    """Return the instant of a local time with this offset. Raises BadCell if it is outside the calendar."""
    try:
        return local.replace(tzinfo=_zone(offset)).astimezone(dt.UTC)
    except OverflowError:
        raise BadCell("not an existing date and time") from None


@cache
def _zone(offset: str) -> dt.tzinfo | None:
    return dt.UTC if offset == "Z" else dt.datetime.strptime(offset, "%z").tzinfo


def _amount(text: str) -> int | float:
    """Parse a number that may exceed a thousand. WHOOP writes it without separators or decimals."""
    if LOOKS_LIKE_THOUSANDS.fullmatch(text):
        raise BadCell("ambiguous: thousands or decimals? Write the number without a thousands separator")
    return _number(text)


def _number(text: str) -> int | float:
    if not NUMBER.fullmatch(text):
        raise BadCell("not a number")
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else value


def _flag(text: str) -> bool:
    word = text.casefold()
    if word not in TRUE | FALSE:
        raise BadCell("neither true nor false")
    return word in TRUE


def _text(text: str) -> str:
    if len(text) > MAX_TEXT_LENGTH or "\x00" in text:
        raise BadCell(f"longer than {MAX_TEXT_LENGTH} characters, or contains a NUL character")
    return " ".join(text.split())


_READERS: dict[str, Callable[[str], Value]] = {
    "time": read_time,
    "offset": read_offset,
    "number": _number,
    "amount": _amount,
    "flag": _flag,
    "text": _text,
}
