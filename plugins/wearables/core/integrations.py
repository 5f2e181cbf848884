"""Read and validate integration files."""

import datetime
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from wearables.core import integration_fields as fields
from wearables.core.errors import PermanentError
from wearables.core.integration_files import (
    integration_files,
    parse_lines,
    parse_yaml,
    printable,
    read_text,
    require_unique,
)
from wearables.core.settings import integrations_dir
from wearables.core.sources import DEFAULT_SOURCE, SOURCES
from wearables.core.windows import MAX_CHUNK_DAYS

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
# A page has 25 records: 20 days of cycles, or of sleeps and naps, fit on one. See docs/decisions/0011.
DEFAULT_CHUNK_DAYS = 20
# WHOOP's rate limit is the bottleneck: more tasks would only use more memory and occupy workers that others need.
DEFAULT_TASKS_AT_ONCE = 2
# WHOOP's limit for a new app.
DEFAULT_MEMBER_CAP = 10
DEFAULT_POOL = "default_pool"
# What a DAG uses if the value in its integration's file is invalid: without a schedule, it runs only when triggered.
WITHOUT_SCHEDULE = {"schedule": None, "timezone": "UTC"}
MAX_PROBLEMS = 10


class Integration(BaseModel):
    """One team's WHOOP app. ``name`` is the file's stem, the id of its DAG, and ``integration`` in the warehouse."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    source: fields.Source = DEFAULT_SOURCE
    connection: fields.ConnectionId
    schedule: fields.Schedule = "@daily"
    timezone: fields.TimeZone = "UTC"
    start_date: fields.Date | None = None
    chunk_days: Annotated[int, Field(ge=1, le=MAX_CHUNK_DAYS)] = DEFAULT_CHUNK_DAYS
    lookback_days: Annotated[int, Field(ge=0, le=365)] = 7
    collections: fields.Collections
    member_cap: fields.Positive = DEFAULT_MEMBER_CAP
    athletes_per_task: fields.Positive | None = None
    tasks_at_once: fields.Positive = DEFAULT_TASKS_AT_ONCE
    pool: fields.Pool = DEFAULT_POOL
    survey_questions: fields.Questions = ()

    @model_validator(mode="before")
    @classmethod
    def _default_collections(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Default to all collections that the source serves."""
        source = content.get("source", DEFAULT_SOURCE)
        served = SOURCES[source].collections if isinstance(source, str) and source in SOURCES else ()
        return {"collections": served} | content

    @field_validator("collections")
    @classmethod
    def _collections_of_the_source(cls, collections: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        served = SOURCES[info.data.get("source", DEFAULT_SOURCE)].collections
        for collection in collections:
            if collection not in served:
                raise ValueError(f"{fields.quoted(collection)} is not a collection. Use {', '.join(served)}")
        return collections

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the integration's dates."""
        return ZoneInfo(self.timezone)

    @property
    def today(self) -> datetime.date:
        """The current date in the team's time zone."""
        return datetime.datetime.now(self.zone).date()


def read_integration(path: Path) -> Integration:
    """Read one file. Raises PermanentError with file, key and problem."""
    require_valid_name(path)
    require_unique(path)
    return parse_integration(path, read_text(path))


def require_valid_name(path: Path) -> None:
    """Raise PermanentError if the file's name cannot be that of an integration."""
    if not NAME.fullmatch(path.stem):
        raise PermanentError(
            f"{printable(path.name)}: the file name must consist of letters, digits, _ and -, and begin with a letter. "
            "Rename the file."
        )


def parse_integration(path: Path, text: str) -> Integration:
    """Validate the text of an integration file. Raises PermanentError with file, key and problem."""
    content = parse_yaml(path.name, text)
    if "name" in content:
        raise PermanentError(f"{path.name}: name: unknown key. Remove it: the integration is named after its file.")
    try:
        return _integration(path, content)
    except ValidationError as error:
        raise PermanentError(f"{path.name}: {_problems(error)}") from None


def _integration(path: Path, content: dict[Any, Any]) -> Integration:
    return Integration.model_validate({"name": path.stem, "connection": path.stem} | content)


def _problems(error: ValidationError) -> str:
    sentences = []
    for detail in error.errors(include_url=False)[:MAX_PROBLEMS]:
        key = printable(".".join(map(str, detail["loc"])))[: fields.MAX_QUOTED_CHARACTERS]
        if detail["type"] == "extra_forbidden":
            problem = f"unknown key. Known keys: {', '.join(sorted(Integration.model_fields.keys() - {'name'}))}"
        elif detail["type"].startswith("date"):
            problem = f"{fields.quoted(detail['input'])} is not a valid date. Use YYYY-MM-DD, for example 2026-03-01"
        else:
            problem = detail["msg"].removeprefix("Value error, ")
        sentences.append(f"{key}: {problem}.")
    return " ".join(sentences)


def load_integration(name: str) -> Integration:
    """Read the integration of that name. Raises PermanentError if its file is missing or invalid."""
    files = integration_files()
    for path in files:
        if path.stem == name:
            return read_integration(path)
    known = ", ".join(printable(path.stem) for path in files) or "none"
    raise PermanentError(
        f"There is no integration {name!r}. Existing integrations: {known}. "
        f"Add {name}.yaml to {integrations_dir()} to create it."
    )


def load_integrations() -> Iterator[Integration]:
    """Yield every valid integration."""
    for path in integration_files():
        with suppress(PermanentError):
            yield read_integration(path)


def problems() -> list[str]:
    """Return the problem of each invalid file."""
    found = []
    for path in integration_files():
        try:
            read_integration(path)
        except PermanentError as problem:
            found.append(str(problem))
    return found


def integrations_to_declare(name: str | None = None) -> Iterator[tuple[Integration, str]]:
    """Yield each integration that has a DAG, or only the one of that name, and the problem of its file.

    An invalid file keeps its DAG, so that users see the problem. Only its schedule and time zone are used, if they can
    be read. A file whose name cannot be the id of a DAG is left out.
    """
    for path in integration_files():
        if name not in {None, path.stem} or not NAME.fullmatch(path.stem):
            continue
        try:
            yield read_integration(path), ""
        except PermanentError as problem:
            yield _integration(path, _readable_schedule(path)), str(problem)


def _readable_schedule(path: Path) -> dict[str, Any]:
    try:
        text = read_text(path, errors="replace")
    except PermanentError:
        return {"schedule": None}
    try:
        content = parse_yaml(path.name, text)
    except PermanentError:
        content = parse_lines(text, set(WITHOUT_SCHEDULE))
    return {key: _valid(path, key, content[key]) for key in WITHOUT_SCHEDULE if key in content}


def _valid(path: Path, key: str, value: Any) -> Any:
    """Return a value of the schedule, or the one to use in its place if it is invalid."""
    try:
        return getattr(_integration(path, {key: value}), key)
    except ValidationError:
        return WITHOUT_SCHEDULE[key]
