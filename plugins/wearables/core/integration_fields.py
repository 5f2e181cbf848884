"""The field types of an integration file. They validate a value and say how to correct it."""

import datetime as dt
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter
from pydantic import AfterValidator, Field, StringConstraints

from wearables.core.integration_files import printable
from wearables.core.slug import slug
from wearables.core.sources import SOURCES

PRESETS = {"@once", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly"}
MAX_QUOTED_CHARACTERS = 60


def quoted(value: object) -> str:
    """Quote a user's value for an error: on one line, printable and not too long."""
    return f'"{printable(value)[:MAX_QUOTED_CHARACTERS]}"'


def _schedule(value: str | None) -> str | None:
    if value is None or value in PRESETS or (not value.startswith("@") and _occurs(value)):
        return value
    presets = ", ".join(sorted(PRESETS))
    raise ValueError(f"{quoted(value)} is not a schedule. Use a cron expression or one of {presets}")


def _occurs(cron: str) -> bool:
    """Return whether a cron expression is valid and has a previous and a next time: Airflow computes both."""
    try:
        times = croniter(cron)
        return bool(times.get_prev() and times.get_next())
    except (ValueError, KeyError):
        return False


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"{quoted(value)} is not an IANA time zone. Use a name such as Europe/Berlin") from None
    return value


def _source(value: str) -> str:
    if value not in SOURCES:
        raise ValueError(f"{quoted(value)} is not a known source. Use {', '.join(SOURCES)}")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise ValueError(f"{quoted(value)} contains a control character. Remove it")
    return value


def _distinct(values: tuple) -> tuple:
    if len(set(values)) != len(values):
        raise ValueError("contains duplicates. List each value once")
    return values


def _distinct_questions(questions: tuple[str, ...]) -> tuple[str, ...]:
    slugs = tuple(map(slug, questions))
    if "" in slugs:
        raise ValueError("contains a question without letters or digits. Remove or correct it")
    _distinct(slugs)
    return questions


Text = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_printable)]
# The length of the column in Airflow's database: a longer value would cause an error that stops Airflow's scheduler.
Pool = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_printable)]
ConnectionId = Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
Source = Annotated[str, AfterValidator(_source)]
Schedule = Annotated[str | None, AfterValidator(_schedule)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Positive = Annotated[int, Field(ge=1, le=1_000_000)]
# Any of these dates can be converted to every time zone.
Date = Annotated[dt.date, Field(strict=False, ge=dt.date(1970, 1, 1), le=dt.date(2100, 1, 1))]
Collections = Annotated[tuple[str, ...], Field(min_length=1, strict=False), AfterValidator(_distinct)]
Questions = Annotated[tuple[Text, ...], Field(strict=False), AfterValidator(_distinct_questions)]
