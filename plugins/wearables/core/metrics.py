"""The metric catalogue: ``include/metrics.yaml``, validated and immutable."""

import re
from functools import cache
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from wearables.core.errors import PermanentError
from wearables.core.settings import PROJECT_DIR

FILE = PROJECT_DIR / "include" / "metrics.yaml"
# Names and paths become identifiers and literals in SQL.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Path = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Records = Literal["cycle", "recovery", "sleep", "nap", "workout"]
Amount = Annotated[int | float, Field(gt=0)]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Export(_Frozen):
    """How to read a metric from a data export: the sum of ``cells``, times ``factor``, over ``divisor``."""

    cells: tuple[Name, ...] = ()
    factor: Amount = 1
    divisor: Amount = 1
    per_cent_of_duration: bool = False


class _Definition(_Frozen):
    """What analysts read about a metric or trend."""

    name: Name
    title: Text
    unit: str
    description: Text
    status: Literal["accepted", "contested", "house"]
    citation: Text

    @property
    def comment(self) -> str:
        """The comment of its column in the warehouse."""
        return f"{self.description} ({self.unit})." if self.unit else f"{self.description}."


class Metric(_Definition):
    """A value per athlete and date that comes from WHOOP's records."""

    records: Records
    path: Annotated[tuple[Path, ...], BeforeValidator(_listed)] = ()
    duration: bool = False
    divisor: Amount = 1
    combine: Literal["single", "sum", "count"] = "single"
    export: Export | None = None
    range: tuple[int | float, int | float]
    daily: bool = True
    formula: Text = "As reported by WHOOP"
    minimum_data: Text = "1 record"

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if bool(self.path) + self.duration + (self.combine == "count") != 1:
            raise ValueError("needs exactly one of path, duration: true and combine: count")
        if (self.combine == "single") != (self.records in ("cycle", "recovery", "sleep")):
            raise ValueError("must set combine to sum or count for naps and workouts, and to single for other records")
        if self.range[0] >= self.range[1]:
            raise ValueError("has a range whose minimum is not below its maximum")
        return self

    @property
    def collection(self) -> str:
        """WHOOP's collection: a nap is a record of the collection sleep."""
        return "sleep" if self.records == "nap" else self.records

    @property
    def source(self) -> str:
        """Where the value comes from, such as ``cycle.score.strain``; for several fields, their common parent."""
        if self.combine == "count":
            return "sleep.nap" if self.records == "nap" else self.records
        if self.duration:
            return f"{self.collection}.start, {self.collection}.end"
        shared = self.path[0] if len(self.path) == 1 else self.path[0].rpartition(".")[0]
        return f"{self.collection}.{shared}"


class Trend(_Definition):
    """A column of analytics.trends, computed from metrics."""

    source: Text
    formula: Text
    minimum_data: Text


def _named(value: Any) -> Any:
    return [{**each, "name": name} for name, each in value.items()] if isinstance(value, dict) else value


class Catalogue(_Frozen):
    """Every metric and trend, in the order of the file."""

    metrics: Annotated[tuple[Metric, ...], BeforeValidator(_named)]
    trends: Annotated[tuple[Trend, ...], BeforeValidator(_named)]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        if both := {each.name for each in self.metrics} & {each.name for each in self.trends}:
            raise ValueError(f"declares {', '.join(sorted(both))} both as a metric and as a trend")
        return self

    @property
    def daily(self) -> tuple[Metric, ...]:
        """The metrics that are columns of analytics.athlete_days."""
        return tuple(each for each in self.metrics if each.daily)

    def columns(self, records: str) -> list[str]:
        """Return the columns of the daily metrics that come from these records."""
        return [each.name for each in self.daily if each.records == records]

    def names(self, records: str | None = None) -> list[str]:
        """Return the names of the metrics that come from these records, or from any: columns of analytics.days."""
        return [each.name for each in self.metrics if records in (each.records, None)]

    def of(self, records: str) -> tuple[Metric, ...]:
        """Return the metrics that come from these records."""
        return tuple(each for each in self.metrics if each.records == records)

    def direct(self, records: str) -> tuple[Metric, ...]:
        """Return those of them that read exactly one number from each record."""
        return tuple(each for each in self.of(records) if len(each.path) == 1)

    def exported(self, records: str) -> tuple[Metric, ...]:
        """Return those of them that a data export contains as well."""
        return tuple(each for each in self.of(records) if each.export)

    def fields(self, collection: str) -> set[tuple[str, ...]]:
        """Return the paths, as tuples of keys, that metrics read from the collection's records."""
        return {tuple(path.split(".")) for each in self.metrics if each.collection == collection for path in each.path}

    def keys(self, records: str) -> list[str]:
        """Return the top-level keys of the paths that metrics read from these records, such as ``score``."""
        return sorted({path.partition(".")[0] for each in self.of(records) for path in each.path})


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once per process. Raises PermanentError if the file is not valid."""
    try:
        # Every task and every page reads the file, and the C loader is ten times as fast.
        return Catalogue.model_validate(yaml.load(FILE.read_bytes(), yaml.CSafeLoader))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise PermanentError(f"The metric catalogue {FILE.name} is not valid at {place}: {first['msg']}.") from None
    except (OSError, yaml.YAMLError) as error:
        reason = re.sub(r"\s+", " ", str(error))
        raise PermanentError(f"The metric catalogue {FILE.name} cannot be read: {reason}") from None
