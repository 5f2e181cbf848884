"""One athlete over a period of dates."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlalchemy import Connection, CursorResult, Row

from wearables.core.warehouse import run_sql

DAYS = 90
MAX_WORKOUTS = 200


@dataclass(frozen=True)
class Period:
    """A range of dates, both included."""

    first_date: dt.date
    last_date: dt.date

    @classmethod
    def until(cls, last_date: dt.date) -> "Period":
        """Return the ninety dates that end on ``last_date``."""
        return cls(last_date - dt.timedelta(days=DAYS - 1), last_date)


def read_athlete(connection: Connection, integration: str, athlete_id: int) -> Row | None:
    """Return the athlete, or None if the integration has no such athlete."""
    return run_sql(connection, "web/board/athlete", integration=integration, athlete_id=athlete_id).one_or_none()


def read_days(connection: Connection, integration: str, athlete_id: int, period: Period) -> Sequence[Row]:
    """Return one row per date, oldest first, from include/sql/web/board/history.sql."""
    return _run("history", connection, integration, athlete_id, period).all()


def read_history(connection: Connection, integration: str, athlete_id: int, period: Period) -> pd.DataFrame:
    """Return the rows of ``read_days`` for the charts."""
    days = _run("history", connection, integration, athlete_id, period)
    return pd.DataFrame.from_records(days.all(), columns=list(days.keys()))


def read_workouts(connection: Connection, integration: str, athlete_id: int, period: Period) -> Sequence[Row]:
    """Return at most MAX_WORKOUTS workouts, newest first."""
    return _run("workouts", connection, integration, athlete_id, period, max_rows=MAX_WORKOUTS).all()


def read_answers(connection: Connection, integration: str, athlete_id: int, period: Period) -> Sequence[Row]:
    """Return the answers to listed survey questions, newest first."""
    return _run("answers", connection, integration, athlete_id, period).all()


def _run(
    name: str, connection: Connection, integration: str, athlete_id: int, period: Period, **parameters: Any
) -> CursorResult:
    return run_sql(
        connection,
        f"web/board/{name}",
        integration=integration,
        athlete_id=athlete_id,
        first_date=period.first_date,
        last_date=period.last_date,
        **parameters,
    )
