"""Read and validate integration files."""

import datetime
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from wearables.core import integration_fields as fields
from wearables.core.errors import PermanentError
from wearables.core.settings import integrations_dir
from wearables.core.sources import DEFAULT_SOURCE, SOURCES
from wearables.core.windows import MAX_CHUNK_DAYS

log = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
# A page has 25 records: 20 days of cycles, or of sleeps and naps, fit on one. See docs/decisions/0011.
DEFAULT_CHUNK_DAYS = 20
# WHOOP's rate limit is the bottleneck, so more tasks would only use more memory, and leave no worker to other pulls.
DEFAULT_TASKS_AT_ONCE = 2
# WHOOP's limit for a new app.
DEFAULT_MEMBER_CAP = 10


class Integration(BaseModel):
    """One team's WHOOP app. ``name`` is the file's stem, the id of its DAG, and ``integration`` in the warehouse."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    source: fields.Source = DEFAULT_SOURCE
    connection: fields.ConnectionId
    schedule: fields.Schedule = "@daily"
    timezone: fields.TimeZone = "UTC"
    start_date: Annotated[datetime.date | None, Field(strict=False)] = None
    chunk_days: Annotated[int, Field(ge=1, le=MAX_CHUNK_DAYS)] = DEFAULT_CHUNK_DAYS
    lookback_days: Annotated[int, Field(ge=0, le=365)] = 7
    collections: fields.Collections
    member_cap: fields.Positive = DEFAULT_MEMBER_CAP
    athletes_per_task: fields.Positive | None = None
    tasks_at_once: fields.Positive = DEFAULT_TASKS_AT_ONCE
    pool: fields.Text = "default_pool"
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
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PermanentError(f"{path.name}: the file is not valid YAML: {error}. Save it as UTF-8.") from None
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
        raise PermanentError(f"{path.name}: the file is not valid YAML: {reason}") from None
    if content is None:
        content = {}
    if not isinstance(content, dict):
        raise PermanentError(f"{path.name}: the file must contain keys and values such as `timezone: UTC`.")
    if "name" in content:
        raise PermanentError(f"{path.name}: name: unknown key. Remove it: the integration is named after its file.")
    try:
        return Integration.model_validate({"name": path.stem, "connection": path.stem} | content)
    except ValidationError as error:
        raise PermanentError(f"{path.name}: {_problems(error)}") from None


def _problems(error: ValidationError) -> str:
    sentences = []
    for detail in error.errors(include_url=False):
        # A key can be any text, line breaks included.
        key = " ".join(".".join(map(str, detail["loc"])).split())
        if detail["type"] == "extra_forbidden":
            problem = f"unknown key. Known keys: {', '.join(sorted(Integration.model_fields))}"
        elif detail["type"].startswith("date"):
            problem = f"{fields.quoted(detail['input'])} is not a valid date. Use YYYY-MM-DD, for example 2026-03-01"
        else:
            problem = detail["msg"].removeprefix("Value error, ")
        sentences.append(f"{key}: {problem}.")
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
