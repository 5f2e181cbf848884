"""Read and validate integration files."""

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
# A page has 25 records: 20 days of cycles, or of sleeps and naps, fit on one. See docs/decisions/0011.
DEFAULT_CHUNK_DAYS = 20
# Each task needs memory and a warehouse connection, and one is enough to reach WHOOP's rate limit.
DEFAULT_TASKS_AT_ONCE = 4
# WHOOP's limit for a new app.
DEFAULT_MEMBER_CAP = 10
MAX_QUOTED_CHARACTERS = 60


def _schedule(value: str | None) -> str | None:
    if value is None or value in PRESETS or (not value.startswith("@") and croniter.is_valid(value)):
        return value
    presets = ", ".join(sorted(PRESETS))
    raise ValueError(f"{_quoted(value)} is not a schedule. Use a cron expression or one of {presets}")


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"{_quoted(value)} is not an IANA time zone. Use a name such as Europe/Berlin") from None
    return value


def _source(value: str) -> str:
    if value not in SOURCES:
        raise ValueError(f"{_quoted(value)} is not a known source. Use {', '.join(SOURCES)}")
    return value


def _distinct(values: tuple) -> tuple:
    if len(set(values)) != len(values):
        raise ValueError("contains duplicates. List each value once")
    return values


def _distinct_questions(questions: tuple[str, ...]) -> tuple[str, ...]:
    if "" in map(slug, questions):
        raise ValueError("contains a question without letters or digits. Remove or correct it")
    _distinct(tuple(map(slug, questions)))
    return questions


def _quoted(value: object) -> str:
    """Quote a user's value for an error: on one line, printable and not too long."""
    text = " ".join(str(value).split())[:MAX_QUOTED_CHARACTERS]
    return f'"{repr(text)[1:-1]}"'


class Integration(BaseModel):
    """One team's WHOOP app. ``name`` is the file's stem, the id of its DAG, and ``integration`` in the warehouse."""

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
        AfterValidator(_distinct_questions),
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
                raise ValueError(f"{_quoted(collection)} is not a collection. Use {', '.join(served)}")
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
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PermanentError(f"{path.name}: is not valid YAML: {error}. Save it as UTF-8.") from None
    return parse_integration(path, text)


def parse_integration(path: Path, text: str) -> Integration:
    """Validate the text of an integration file. Raises PermanentError with file, key and problem."""
    if not NAME.fullmatch(path.stem):
        raise PermanentError(
            f"{path.name}: the file name must consist of letters, digits, _ and -, and begin with a letter. "
            "Rename the file."
        )
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise PermanentError(f"{path.name}: is not valid YAML: {reason}") from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise PermanentError(f"{path.name}: must contain keys and values such as `timezone: UTC`.")
    if "name" in content:
        raise PermanentError(f"{path.name}: name: unknown key. Remove it; the integration has the name of its file.")
    try:
        return Integration.model_validate({"name": path.stem, "connection": path.stem} | content)
    except ValidationError as error:
        raise PermanentError(f"{path.name}: {_problems(error)}") from None


def _problems(error: ValidationError) -> str:
    sentences = []
    for detail in error.errors(include_url=False):
        # A key may be any text, even with line ends.
        key = " ".join(".".join(str(part) for part in detail["loc"]).split())
        if detail["type"] == "extra_forbidden":
            sentences.append(f"{key}: unknown key. Known keys: {', '.join(sorted(Integration.model_fields))}.")
        elif detail["type"].startswith("date"):
            problem = f"{_quoted(detail['input'])} is not a valid date. Use YYYY-MM-DD, for example 2026-03-01"
            sentences.append(f"{key}: {problem}.")
        else:
            sentences.append(f"{key}: {detail['msg'].removeprefix('Value error, ')}.")
    return " ".join(sentences)


def integration_files() -> list[Path]:
    """Return the integration files, sorted by name."""
    folder = integrations_dir()
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in {".yaml", ".yml"})


def load_integration(name: str) -> Integration:
    """Read the integration of that name. Raises PermanentError if its file is missing or invalid."""
    for path in integration_files():
        if path.stem == name:
            return read_integration(path)
    known = ", ".join(path.stem for path in integration_files()) or "none"
    raise PermanentError(
        f"There is no integration {name!r}. Existing integrations: {known}. "
        f"Add {name}.yaml to {integrations_dir()} to create it."
    )


def load_integrations() -> Iterator[Integration]:
    """Yield every valid integration. An invalid file is logged and skipped."""
    for path in integration_files():
        try:
            yield read_integration(path)
        except PermanentError as error:
            log.error("Skipped an invalid integration file. %s", error)
