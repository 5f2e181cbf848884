"""Reject valid JSON that PostgreSQL cannot store as jsonb: it would fail the batch for every athlete."""

import json
import re
from typing import Any

import msgspec

# PostgreSQL's jsonb cannot hold a NUL.
NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
# PostgreSQL stores numbers of up to 131,072 digits, but few programs can read them: Python stops at 4,300 digits.
MAX_DIGITS = 4000
# Python stops at about 1,000 levels, including those of the caller. Half of that can be read in every later step.
MAX_DEPTH = 500
MAX_BYTES = 16 * 1024 * 1024
# In a record of fewer bytes, only an exponent can make a number too long.
SHORT = MAX_DIGITS
BACKSLASH = ord("\\")
# The dash comes first because a search for a constant byte is fast, and the end excludes nearly every UUID.
TINY = re.compile(rb"-(?<=[eE]-)[0-9]{4,}(?![0-9A-Za-z\"-])")


_syntax = msgspec.json.Decoder(msgspec.Raw)


class InvalidRecord(Exception):
    """A record that cannot be staged; the message names the problem, never a value."""


def is_simple(raw: bytes) -> bool:
    """Return whether these bytes can be stored, if msgspec decodes them with a type that limits the depth.

    False means that ``require_storable`` has to find out.
    """
    return len(raw) <= SHORT and BACKSLASH not in raw and not TINY.search(raw)


def require_storable(raw: bytes) -> None:
    """Raise InvalidRecord if these bytes are not JSON that PostgreSQL can store."""
    if len(raw) > MAX_BYTES:
        raise InvalidRecord(f"is larger than {MAX_BYTES // 1024**2} MiB")
    _require_json(raw)
    if b"\\u0000" in raw and NUL_ESCAPE.search(raw):
        raise InvalidRecord("contains a NUL character")
    if _is_suspicious(raw):
        _require_moderate(raw)


def _require_json(raw: bytes) -> None:
    try:
        # msgspec does not check the encoding of texts that it does not decode.
        raw.decode()
        _syntax.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRecord("is not JSON") from None


def _is_suspicious(raw: bytes) -> bool:
    # Examining every number takes ten times as long, so do it only if one of them may be excessive.
    try:
        msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return True  # a number beyond double precision
    except RecursionError:
        raise InvalidRecord("is nested too deeply") from None
    if len(raw) > SHORT or raw.count(b"[") + raw.count(b"{") > MAX_DEPTH:
        return True
    # msgspec decodes a number that is too small for double precision as 0.
    return bool(TINY.search(raw))


def _require_moderate(raw: bytes) -> None:
    try:
        level: list[Any] = [json.loads(raw, parse_int=_require_short, parse_float=_require_short)]
    except RecursionError:
        raise InvalidRecord("is nested too deeply") from None
    depth = 0
    while level:
        level = [child for each in level for child in _children(each)]
        depth += 1
    if depth > MAX_DEPTH:
        raise InvalidRecord("is nested too deeply")


def _require_short(number: str) -> None:
    digits, _, exponent = number.lower().partition("e")
    shift = exponent.lstrip("+-0") or "0"
    if len(digits) > MAX_DIGITS or len(shift) > 4 or len(digits) + int(shift) > MAX_DIGITS:
        raise InvalidRecord(f"contains a number of more than {MAX_DIGITS:,} digits")


def _children(content: Any) -> list[Any]:
    if isinstance(content, dict):
        return list(content.values())
    return content if isinstance(content, list) else []
