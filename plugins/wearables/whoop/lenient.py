"""Split a page into its records although a text in it is not Unicode, and the page is therefore not valid JSON.

The records keep their bytes. Only the record with that text is invalid; every other record can be staged.
"""

import json
import re
from typing import Any

SPACE = re.compile(r"[ \t\r\n]*")
# json accepts texts that are not Unicode, and reports where a value ends. float, because int limits the digits.
_decoder = json.JSONDecoder(strict=False, parse_int=float)


def split(body: bytes) -> tuple[list[bytes], str | None]:
    """Return the records of a page and its next token. Raises ValueError or RecursionError if that is impossible."""
    text = body.decode(errors="surrogateescape")
    records: list[bytes] | None = None
    token: Any = None
    mark, place = _mark(text, 0, "{")
    while mark != "}":
        name, place = _value(text, place)
        _, place = _mark(text, place, ":")
        if name == "records":
            records, place = _elements(text, place)
        else:
            value, place = _value(text, place)
            token = value if name == "next_token" else token
        mark, place = _mark(text, place, ",}")
    if records is None or not isinstance(token, str | None):
        raise ValueError
    if token:
        token.encode()  # it will be part of a URL
    return records, token


def _elements(text: str, place: int) -> tuple[list[bytes], int]:
    """Return the elements of the list at ``place``, and where it ends."""
    found = []
    mark, place = _mark(text, place, "[")
    start = _skip(text, place)
    if text.startswith("]", start):
        return [], start + 1
    while mark != "]":
        start = _skip(text, place)
        _, place = _value(text, start)
        found.append(text[start:place].encode(errors="surrogateescape"))
        mark, place = _mark(text, place, ",]")
    return found, place


def _value(text: str, place: int) -> tuple[Any, int]:
    return _decoder.raw_decode(text, _skip(text, place))


def _mark(text: str, place: int, expected: str) -> tuple[str, int]:
    place = _skip(text, place)
    found = text[place : place + 1]
    if not found or found not in expected:
        raise ValueError
    return found, place + 1


def _skip(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place
