"""An athlete over a period of dates."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Row

from wearables.core.warehouse import run_sql

DAYS = 90
WORKOUTS = 200


@dataclass(frozen=True)
class Period:
    """Dates, both included."""

    first_date: dt.date
    last_date: dt.date

    @classmethod
    def until(cls, last_date: dt.date) -> "Period":
        """The ninety dates that end on a date."""
        return cls(last_date - dt.timedelta(days=DAYS - 1), last_date)


def read_athlete(connection: Connection, integration: str, athlete_id: int) -> Row | None:
    """Who the athlete is, or None."""
    return run_sql(connection, "web/board/athlete", integration=integration, athlete_id=athlete_id).one_or_none()


def read_history(connection: Connection, integration: str, athlete_id: int, period: Period) -> pd.DataFrame:
    """A row per date, in order, with the columns of include/sql/board/history.sql."""
    found = run_sql(
        connection, "web/board/history",
        integration=integration, athlete_id=athlete_id, first_date=period.first_date, last_date=period.last_date,
    )  # fmt: skip
    return pd.DataFrame.from_records(found.all(), columns=list(found.keys()))


def read_workouts(connection: Connection, integration: str, athlete_id: int, period: Period) -> Sequence[Row]:
    """Workouts, newest first, at most two hundred."""
    return run_sql(
        connection, "web/board/workouts",
        integration=integration, athlete_id=athlete_id, first_date=period.first_date, last_date=period.last_date,
        most=WORKOUTS,
    ).all()  # fmt: skip


def read_answers(connection: Connection, integration: str, athlete_id: int, period: Period) -> Sequence[Row]:
    """Answers to listed survey questions, newest first."""
    return run_sql(
        connection, "web/board/answers",
        integration=integration, athlete_id=athlete_id, first_date=period.first_date, last_date=period.last_date,
    ).all()  # fmt: skip
