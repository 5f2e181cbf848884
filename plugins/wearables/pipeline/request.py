"""The parameters of a run, validated before anything else happens."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration
from wearables.core.sources import SOURCES

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
PARAMS = ("start_date", "end_date", "athletes", "collections")
ATHLETES_EXPECTED = "athletes must be a list of athlete ids, for example [10129]."


@dataclass(frozen=True)
class Request:
    """The parameters of a run; None or empty means the default."""

    dates: tuple[dt.date, dt.date] | None
    athletes: list[int]
    collections: list[str]


def read_request(conf: Mapping[str, Any], integration: Integration) -> Request:
    """Read the parameters of a run. Raises PermanentError if one is invalid."""
    unknown = sorted(set(conf) - set(PARAMS))
    if unknown:
        raise PermanentError(f"Unknown parameter {', '.join(unknown)}. Use {', '.join(PARAMS)}.")
    return Request(_dates(conf), _athletes(conf.get("athletes")), _collections(conf.get("collections"), integration))


def _dates(conf: Mapping[str, Any]) -> tuple[dt.date, dt.date] | None:
    first, last = (_date(conf.get(name), name) for name in ("start_date", "end_date"))
    if first is None and last is None:
        return None
    if first is None or last is None:
        missing = "start_date" if first is None else "end_date"
        raise PermanentError(f"{missing} is missing. Give both dates, or neither for the previous 24 hours.")
    return first, last


def _date(value: object, name: str) -> dt.date | None:
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and DATE.fullmatch(value):
            return dt.date.fromisoformat(value)
    except ValueError:
        pass
    raise PermanentError(f'{name} "{value}" is not a valid date. Use YYYY-MM-DD, for example 2026-03-01.')


def _athletes(value: object) -> list[int]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise PermanentError(ATHLETES_EXPECTED)
    try:
        return sorted({int(str(item)) for item in value})
    except ValueError:
        raise PermanentError(ATHLETES_EXPECTED) from None


def _collections(value: object, integration: Integration) -> list[str]:
    if value is None:
        return []
    known = SOURCES[integration.source].collections
    if not isinstance(value, list):
        raise PermanentError(f"collections must be a list of {', '.join(known)}.")
    for item in value:
        if item not in known:
            raise PermanentError(f"Unknown collection {item!r}. Use {', '.join(known)}.")
        if item not in integration.collections:
            raise PermanentError(
                f"{integration.name} does not pull {item!r}. Add it to `collections` in the integration's file first."
            )
    return [name for name in integration.collections if name in value]
