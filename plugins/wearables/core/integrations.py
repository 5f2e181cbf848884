"""An integration file becomes a frozen, validated value."""

import datetime
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from croniter import croniter
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from wearables.core.errors import PermanentError
from wearables.core.settings import integrations_dir
from wearables.core.slug import slug
from wearables.core.sources import DEFAULT_SOURCE, SOURCES

log = logging.getLogger(__name__)

PRESETS = {"@once", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly"}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
MAX_CHUNK_DAYS = 28
# A page holds 25 records: 20 days of cycles, sleeps and naps fit one, see docs/decisions/0011.
DEFAULT_CHUNK_DAYS = 20
# Each holds memory and a connection to the warehouse; WHOOP's limit is reached with one.
DEFAULT_TASKS_AT_ONCE = 4
# As many members may consent to a new WHOOP app.
DEFAULT_MEMBER_CAP = 10


def _schedule(value: str | None) -> str | None:
    if value is None or value in PRESETS or (not value.startswith("@") and croniter.is_valid(value)):
        return value
    raise ValueError(f"is no cron expression or preset ({', '.join(sorted(PRESETS))})")


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("is no IANA time zone such as Europe/Berlin") from None
    return value


def _source(value: str) -> str:
    if value not in SOURCES:
        raise ValueError(f'"{value}" is not a known source. Use {", ".join(SOURCES)}.')
    return value


def _distinct(values: tuple) -> tuple:
    if len(set(values)) != len(values):
        raise ValueError("names something twice")
    return values


def _telling(questions: tuple[str, ...]) -> tuple[str, ...]:
    if "" in map(slug, questions):
        raise ValueError("holds a question without a letter")
    _distinct(tuple(map(slug, questions)))
    return questions


class Integration(BaseModel):
    """One team's WHOOP app. ``name`` is the file's stem, the DAG's id and the rows' ``integration``."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    source: Annotated[str, AfterValidator(_source)] = DEFAULT_SOURCE
    connection: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    schedule: Annotated[str | None, AfterValidator(_schedule)] = "@daily"
    timezone: Annotated[str, AfterValidator(_timezone)] = "UTC"
    start_date: Annotated[datetime.date | None, Field(strict=False)] = None
    chunk_days: Annotated[int, Field(ge=1, le=MAX_CHUNK_DAYS)] = DEFAULT_CHUNK_DAYS
    lookback_days: Annotated[int, Field(ge=0, le=365)] = 7
    collections: Annotated[tuple[str, ...], Field(min_length=1, strict=False), AfterValidator(_distinct)]
    member_cap: Annotated[int, Field(ge=1)] = DEFAULT_MEMBER_CAP
    athletes_per_task: Annotated[int | None, Field(ge=1)] = None
    tasks_at_once: Annotated[int, Field(ge=1)] = DEFAULT_TASKS_AT_ONCE
    pool: Annotated[str, StringConstraints(min_length=1)] = "default_pool"
    survey_questions: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1)], ...],
        Field(strict=False),
        AfterValidator(_telling),
    ] = ()

    @model_validator(mode="before")
    @classmethod
    def _all_collections(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Without a key `collections`, everything that the source serves is pulled."""
        source = content.get("source", DEFAULT_SOURCE)
        served = SOURCES[source].collections if isinstance(source, str) and source in SOURCES else ()
        return {"collections": served} | content

    @field_validator("collections")
    @classmethod
    def _served(cls, collections: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        served = SOURCES[info.data.get("source", DEFAULT_SOURCE)].collections
        for collection in collections:
            if collection not in served:
                raise ValueError(f'"{collection}" is not a collection. Use {", ".join(served)}.')
        return collections

    @property
    def zone(self) -> ZoneInfo:
        """Time zone in which the integration's dates are read."""
        return ZoneInfo(self.timezone)

    @property
    def today(self) -> datetime.date:
        """The date where the team is."""
        return datetime.datetime.now(self.zone).date()


def read_integration(path: Path) -> Integration:
    """Read one file. Raises PermanentError with file, key and reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PermanentError(f"{path.name}: is not YAML: {error}") from None
    return parse_integration(path, text)


def parse_integration(path: Path, text: str) -> Integration:
    """The integration that a file of that text would be. Raises PermanentError with file, key and reason."""
    if not NAME.fullmatch(path.stem):
        raise PermanentError(f"{path.name}: the name must be letters, digits, _ and -, and begin with a letter.")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise PermanentError(f"{path.name}: is not YAML: {reason}") from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise PermanentError(f"{path.name}: must hold keys and values such as `timezone: UTC`.")
    if "name" in content:
        raise PermanentError(f"{path.name}: name: unknown key; the file's name is the integration's name.")
    try:
        return Integration.model_validate({"name": path.stem, "connection": path.stem} | content)
    except ValidationError as error:
        raise PermanentError(f"{path.name}: {_reasons(error)}") from None


def _reasons(error: ValidationError) -> str:
    sentences = []
    for detail in error.errors(include_url=False):
        # A key may be anything, line ends included.
        key = " ".join(".".join(str(part) for part in detail["loc"]).split())
        if detail["type"] == "extra_forbidden":
            sentences.append(f"{key}: unknown key; known are {', '.join(sorted(Integration.model_fields))}")
        else:
            sentences.append(f"{key}: {detail['msg'].removeprefix('Value error, ')}")
    return "; ".join(sentences)


def integration_files() -> list[Path]:
    """The integration files, sorted by name."""
    folder = integrations_dir()
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in {".yaml", ".yml"})


def load_integration(name: str) -> Integration:
    """Read the integration of that name. Raises PermanentError if there is none or it is faulty."""
    for path in integration_files():
        if path.stem == name:
            return read_integration(path)
    known = ", ".join(path.stem for path in integration_files()) or "none"
    raise PermanentError(
        f"No integration is called {name!r}; known are: {known}. Add {name}.yaml to {integrations_dir()}."
    )


def load_integrations() -> Iterator[Integration]:
    """Every sound integration. A faulty file is logged with its reason and takes no other one down."""
    for path in integration_files():
        try:
            yield read_integration(path)
        except PermanentError as reason:
            log.error("Integration refused: %s", reason)
