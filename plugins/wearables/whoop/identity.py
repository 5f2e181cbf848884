"""Find the athlete and the id of an invalid record, as far as it can be read, to file it in the quarantine."""

import json
import re
from dataclasses import dataclass
from typing import Any

INT64_MAX = 2**63 - 1
# WHOOP's ids are integers of 64 bits and UUIDs. Anything else may be unsafe to show.
SAFE_ID = re.compile(r"[0-9A-Za-z-]{1,36}", re.ASCII)
DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True)
class Identity:
    """The athlete whom a record names, and its id. ``record_id`` is empty if it is not one that WHOOP could send."""

    athlete_id: int
    record_id: str


def identify(raw: bytes, collection: str, asked: int) -> Identity:
    """Return the athlete and the id of a record. If it names no athlete, it belongs to ``asked``, who was requested."""
    content = _read(raw)
    found = content.get("cycle_id" if collection == "recovery" else "id")
    is_text = isinstance(found, int | str) and not isinstance(found, bool)
    record_id = str(found) if is_text else ""
    return Identity(_athlete(content.get("user_id")) or asked, record_id if SAFE_ID.fullmatch(record_id) else "")


def is_id(number: int) -> bool:
    """Return whether WHOOP could have given this number to an athlete or a cycle."""
    return 0 < number <= INT64_MAX


def _athlete(named: Any) -> int | None:
    """Return the athlete's id, which may be a number or a text; None if it is not valid."""
    text = str(named)
    if isinstance(named, bool) or not DIGITS.fullmatch(text) or not is_id(int(text)):
        return None
    return int(text)


def _read(raw: bytes) -> dict[str, Any]:
    # Read as much as possible: a record with a damaged text or an overlong number may still name its athlete.
    try:
        content = json.loads(raw.decode(errors="replace"), strict=False, parse_int=_short, parse_float=_whole)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _short(number: str) -> int | None:
    return int(number) if len(number) <= 20 else None


def _whole(number: str) -> int | None:
    """Return 3004 for 3004.0 or 3.004e3, and None for a fraction or an excessive number."""
    value = float(number)
    return int(value) if value.is_integer() and is_id(int(value)) else None
