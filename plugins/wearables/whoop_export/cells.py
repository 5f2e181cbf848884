"""What a cell says: times on the wall clock, offsets, numbers, yes or no. A complaint never repeats the cell."""

import datetime as dt
import re
from collections.abc import Callable
from functools import cache

from wearables.whoop_export.columns import Column

Value = str | int | float | bool | dt.datetime | None

TIME = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
# With dots the day comes first, wherever Excel writes it so; with slashes nobody can tell.
DOTTED_TIME = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
OFFSET = re.compile(r"UTC(?:(Z)|([+-])(\d{2}):([0-5]\d))", re.ASCII)
GREATEST_OFFSET_HOURS = 14
NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,12})?", re.ASCII)
LOOKS_LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
# Excel writes them in its own language.
TRUE = {"true", "wahr", "verdadero", "verdadeiro", "vrai"}
FALSE = {"false", "falsch", "falso", "faux"}
LONGEST_TEXT = 10_000


class BadCell(Exception):
    """A cell that does not say what its column should; says what is expected."""


def read_cell(text: str, column: Column) -> Value:
    """The value of a cell; None for a blank one. Raises BadCell."""
    text = text.strip()
    if not text:
        if column.is_required:
            raise BadCell("is blank")
        return None
    return _READERS[column.kind](text)


def read_time(text: str) -> dt.datetime:
    """A time on the wall clock."""
    if found := TIME.fullmatch(text):
        year, month, day, *clock = found.groups()
    elif found := DOTTED_TIME.fullmatch(text):
        day, month, year, *clock = found.groups()
    else:
        raise BadCell("is no time such as 2026-03-01 23:14:05")
    try:
        hour, minute, second = (int(part or 0) for part in clock)
        return dt.datetime(int(year), int(month), int(day), hour, minute, second)
    except ValueError:
        raise BadCell("is no time that exists") from None


def read_offset(text: str) -> str:
    """An offset as the API writes it: +hh:mm, -hh:mm or Z."""
    found = OFFSET.fullmatch(text)
    if not found or int(found[3] or 0) * 60 + int(found[4] or 0) > GREATEST_OFFSET_HOURS * 60:
        raise BadCell("is no offset such as UTC-04:00 or UTCZ")
    return found[1] or f"{found[2]}{found[3]}:{found[4]}"


def to_utc(local: dt.datetime, offset: str) -> dt.datetime:
    """The instant at which a wall clock with this offset shows a time. Raises BadCell."""
    try:
        return local.replace(tzinfo=_zone(offset)).astimezone(dt.UTC)
    except OverflowError:
        raise BadCell("is no time that exists") from None


@cache
def _zone(offset: str) -> dt.tzinfo | None:
    return dt.UTC if offset == "Z" else dt.datetime.strptime(offset, "%z").tzinfo


def _amount(text: str) -> int | float:
    """A number that may reach a thousand: WHOOP writes it without a separator and without decimals."""
    if LOOKS_LIKE_THOUSANDS.fullmatch(text):
        raise BadCell("may be a thousand or a fraction; write it without a separator")
    return _number(text)


def _number(text: str) -> int | float:
    if not NUMBER.fullmatch(text):
        raise BadCell("is no number")
    value = float(text.replace(",", "."))
    return int(value) if value.is_integer() else value


def _flag(text: str) -> bool:
    word = text.casefold()
    if word not in TRUE | FALSE:
        raise BadCell("is neither true nor false")
    return word in TRUE


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT or "\x00" in text:
        raise BadCell("is no text that can be kept")
    return " ".join(text.split())


_READERS: dict[str, Callable[[str], Value]] = {
    "time": read_time,
    "offset": read_offset,
    "number": _number,
    "amount": _amount,
    "flag": _flag,
    "text": _text,
}
