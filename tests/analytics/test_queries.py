"""Every question in docs/queries.md is answered by the query below it."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine

from tests.security.test_roles import login

TEXT = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^## (\d+\. .*?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)


def test_there_are_fifteen_questions_with_one_query_each() -> None:
    assert [int(title.split(".")[0]) for title, _ in QUESTIONS] == list(range(1, 16))
    assert [len(queries(text)) for _, text in QUESTIONS] == [1] * 15


def test_an_analyst_gets_an_answer_to_every_question(make_team: Callable[..., Any]) -> None:
    team = make_team(athletes=3, days=120)
    team.pull(**team.all_days())
    long_ago = "set {0} = {0} - interval '2 hours'"
    for statement in (
        f"update analytics.days {long_ago.format('written_at')}",
        f"update raw.records {long_ago.format('pulled_at')}",
        "update ops.athletes set squad = 'first team', position = 'wing'",
    ):
        with team.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    correct_recoveries(team)
    team.pull(**team.all_days())
    engine = create_engine(as_analyst(team))
    unanswered = []
    with engine.connect() as connection:
        for title, text in QUESTIONS:
            result = connection.exec_driver_sql(queries(text)[0].replace("%", "%%"))
            columns, rows = list(result.keys()), result.all()
            assert len(set(columns)) == len(columns), title
            if not rows or any(all(value is None for value in column) for column in zip(*rows, strict=True)):
                unanswered.append((title, rows[:3]))
    engine.dispose()
    assert unanswered == []


def queries(text: str) -> list[str]:
    return re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def as_analyst(team: Any) -> URL:
    return login(team.engine, "wearables_analyst").set(drivername="postgresql+psycopg2")


def correct_recoveries(team: Any) -> None:
    """Change one settled recovery of every athlete, as WHOOP does within a few days."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    for athlete_id in team.athlete_ids:
        record = next(
            each
            for each in team.world.records[athlete_id, "recovery"]
            if each.end < before and each.payload["score_state"] == "SCORED"
        )
        team.world.patch(athlete_id, "recovery", record.id, {"score": {"recovery_score": 33.5}})
