"""A team's athletes on one date: their values, flags, and reasons for missing values."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql

ZONES = ("green", "yellow", "red")


@dataclass(frozen=True)
class Freshness:
    """The newest date with a recovery, the end of the newest complete pull, and the state of the newest pull."""

    newest_date: dt.date | None
    pulled_until: dt.datetime | None
    pull_state: str | None


@dataclass(frozen=True)
class Rule:
    """The rule behind analytics.flags, and the share of athlete-days that it flags even if nothing has changed."""

    description: str
    false_alarm_rate: float
    false_alarm_rate_correlated: float


@dataclass(frozen=True)
class Board:
    """A board: one row per athlete, from include/sql/web/board/team.sql, and totals."""

    date: dt.date
    athletes: Sequence[Row]
    rule: Rule

    @property
    def zones(self) -> dict[str, int]:
        """The number of athletes in each recovery zone."""
        counted = Counter(each.recovery_zone for each in self.athletes)
        return {zone: counted[zone] for zone in ZONES}

    @property
    def with_recovery(self) -> int:
        """The number of athletes with a recovery."""
        return sum(self.zones.values())

    @property
    def flagged(self) -> int:
        """The number of athletes who stand out."""
        return sum(each.flag is not None for each in self.athletes)

    @property
    def assessed(self) -> int:
        """The number of athletes with a signal to assess. The others have no value or no baseline yet."""
        measured = ("heart_rate_variability_z", "resting_heart_rate_z", "hours_of_sleep_z")
        return sum(any(getattr(each, z) is not None for z in measured) for each in self.athletes)

    @property
    def has_answers(self) -> bool:
        """Whether any athlete answered a listed survey question."""
        return any(each.answers for each in self.athletes)


def read_freshness(connection: Connection, integration: str, today: dt.date) -> Freshness:
    """Return how fresh the data are. ``today`` is the date in the team's time zone."""
    return Freshness(*run_sql(connection, "web/board/freshness", integration=integration, today=today).one())


def read_squads(connection: Connection, integration: str) -> list[str]:
    """Return the squads on the roster, sorted by name."""
    return list(run_sql(connection, "web/board/squads", integration=integration).scalars())


def read_board(connection: Connection, integration: str, date: dt.date, squad: str | None) -> Board:
    """Return the board of a squad, or of all athletes if ``squad`` is None."""
    athletes = run_sql(connection, "web/board/team", integration=integration, date=date, squad=squad).all()
    return Board(date, athletes, Rule(*run_sql(connection, "web/board/rule").one()))
