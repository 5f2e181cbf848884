"""A squad on one date: who is in, who stands out, and of whom there is no value."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql

ZONES = ("green", "yellow", "red")


@dataclass(frozen=True)
class AsOf:
    """How fresh data are: the newest date with a recovery, up to when WHOOP was asked, how the newest pull stands."""

    newest_date: dt.date | None
    asked_until: dt.datetime | None
    pull_state: str | None


@dataclass(frozen=True)
class Rule:
    """The rule of analytics.flags, and which part of athlete-days it flags although nothing changed."""

    description: str
    false_alarm_rate: float
    false_alarm_rate_correlated: float


@dataclass(frozen=True)
class Board:
    """Athletes as include/sql/board/squad.sql has them, and what they add up to."""

    date: dt.date
    athletes: Sequence[Row]
    rule: Rule

    @property
    def zones(self) -> dict[str, int]:
        """How many recoveries are green, yellow and red."""
        counted = Counter(each.recovery_zone for each in self.athletes)
        return {zone: counted[zone] for zone in ZONES}

    @property
    def known(self) -> int:
        """How many athletes have a recovery."""
        return sum(self.zones.values())

    @property
    def flagged(self) -> int:
        """How many athletes stand out."""
        return sum(each.flag is not None for each in self.athletes)

    @property
    def judged(self) -> int:
        """Of how many athletes a signal can be judged: the others are warming up or have no value."""
        measured = ("heart_rate_variability_z", "resting_heart_rate_z", "hours_of_sleep_z")
        return sum(any(getattr(each, z) is not None for z in measured) for each in self.athletes)

    @property
    def has_answers(self) -> bool:
        """Whether anybody answered a survey question of the integration's list."""
        return any(each.answers for each in self.athletes)


def read_as_of(connection: Connection, integration: str, today: dt.date) -> AsOf:
    """How fresh the data are on the team's ``today``."""
    return AsOf(*run_sql(connection, "web/board/as_of", integration=integration, today=today).one())


def read_squads(connection: Connection, integration: str) -> list[str]:
    """Squads of the roster, in the order of their names."""
    return list(run_sql(connection, "web/board/squads", integration=integration).scalars())


def read_board(connection: Connection, integration: str, date: dt.date, squad: str | None) -> Board:
    """The athletes of a squad, or all, on a date."""
    found = run_sql(connection, "web/board/squad", integration=integration, date=date, squad=squad).all()
    return Board(date, found, Rule(*run_sql(connection, "web/board/rule").one()))
