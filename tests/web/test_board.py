"""The team board: values, who stands out, and why a value is missing."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from tests.web.conftest import Visitor

BOARD = "/integrations/team/board"


NEWEST = "select max(metric_date) from analytics.athlete_days where recovery is not null and metric_date <= %s"


@pytest.fixture
def season(make_team: Callable[..., Any]) -> Any:
    """Four athletes with 60 days of pulled history."""
    team = make_team(athletes=4, days=60)
    team.pull(**team.all_days())
    return team


def rows(text: str) -> list[list[str]]:
    """Return the cells of the board's rows as plain text."""
    body = text.split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [
        [" ".join(unescape(re.sub("<[^>]+>", " ", cell)).split()) for cell in re.split("<t[hd][ >]", row)[1:]]
        for row in body.split("<tr")[1:]
    ]


def newest_date(season: Any) -> dt.date:
    ((date,),) = season.rows(NEWEST, dt.datetime.now(dt.UTC).date())
    return date


def on(date: Any, squad: str = "") -> str:
    return f"{BOARD}?date={date}&squad={squad}"


def test_the_board_opens_on_the_newest_date_with_a_recovery_and_shows_its_values(admin: Visitor, season: Any) -> None:
    newest = newest_date(season)
    text = admin.get(BOARD).text
    assert f'value="{newest}"' in text
    shown = {row[0] for row in rows(text)}
    known = season.rows(
        "select name, recovery, resting_heart_rate, hours_of_sleep from analytics.athletes "
        "join analytics.athlete_days using (integration, athlete_id) where metric_date = %s and recovery is not null",
        newest,
    )
    assert known
    assert len(rows(text)) == len(season.athlete_ids)
    for name, recovery, resting, sleep in known:
        (row,) = (row for row in rows(text) if name in row[0])
        assert f"{recovery:.0f} %" in row[1], shown
        assert f"{resting:.0f} bpm" in row[3]
        assert f"{sleep:.1f} h" in row[4]


def test_athletes_who_stand_out_come_first_with_the_reason(admin: Visitor, season: Any) -> None:
    flagged = season.rows(
        "select metric_date, name, reason from analytics.flags join analytics.athletes using (integration, athlete_id) "
        "order by metric_date desc limit 1"
    )
    assert flagged, "the sandbox's sixty days must contain a flag"
    ((date, name, reason),) = flagged
    first, *_ = rows(admin.get(on(date)).text)
    assert name in first[0]
    assert first[-1].endswith(" ".join(reason.split()))


def test_a_missing_value_shows_its_reason(admin: Visitor, season: Any) -> None:
    date = newest_date(season)
    ((athlete_id, name), *_) = season.rows(
        "select athlete_id, name from analytics.athletes join analytics.days using (integration, athlete_id) "
        "where metric_date = %s and recovery is not null",
        date,
    )
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "update analytics.days set recovery = null, recovery_state = 'unscorable' where athlete_id = %s "
            "and metric_date = %s",
            (athlete_id, date),
        )
    (row,) = (row for row in rows(admin.get(on(date)).text) if name in row[0])
    assert row[1].endswith("WHOOP could not score it")


def test_a_date_that_was_never_pulled_says_so_for_every_athlete(admin: Visitor, season: Any) -> None:
    long_ago = season.rows("select min(metric_date) from analytics.days")[0][0] - dt.timedelta(days=400)
    shown = rows(admin.get(on(long_ago)).text)
    assert len(shown) == len(season.athlete_ids)
    assert all(row[1].endswith("not pulled yet") for row in shown)


def test_only_the_selected_squad_is_shown(admin: Visitor, season: Any) -> None:
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "update ops.athletes set squad = case when athlete_id = %s then 'first' else 'second' end",
            (season.athlete_ids[0],),
        )
    assert len(rows(admin.get(f"{BOARD}?squad=first").text)) == 1
    assert len(rows(admin.get(f"{BOARD}?squad=second").text)) == 3
    assert "No athletes of squad third are enrolled." in admin.get(f"{BOARD}?squad=third").text


def test_survey_answers_are_on_the_board_of_their_date(admin: Visitor, season: Any) -> None:
    date = newest_date(season)
    assert "Survey" not in admin.get(on(date)).text
    with season.engine.begin() as connection:
        connection.exec_driver_sql("select analytics.define_survey('survey.felt_rested', 'Felt <rested>?')")
        connection.exec_driver_sql(
            "insert into analytics.survey_responses "
            "values ('team', %s, %s, 'Felt <rested>?', 'yes', 'survey.felt_rested', 'row')",
            (season.athlete_ids[1], date),
        )
    answer = admin.get(on(date)).text
    assert [row[-1] for row in rows(answer) if row[-1].endswith("yes")] == ['data-label="Survey"> Felt <rested>? yes']
    assert "<rested>" not in answer


def test_viewers_see_ids_and_users_who_may_pull_see_names(signed_in: Callable[[str], Visitor], season: Any) -> None:
    ((name, athlete_id),) = season.rows("select name, athlete_id from analytics.athletes order by 2 limit 1")
    for path in (BOARD, f"/integrations/team/athletes/{athlete_id}"):
        text = signed_in("viewer").get(path).text
        assert (name in text, str(athlete_id) in text) == (False, True), path
        assert name in signed_in("user").get(path).text, path


def test_an_offboarded_athlete_is_only_on_boards_of_dates_with_data(admin: Visitor, season: Any) -> None:
    date = newest_date(season)
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "update ops.athletes set offboarded_at = now() where athlete_id in "
            "(select min(athlete_id) from analytics.days where metric_date = %s)",
            (date,),
        )
    assert len(rows(admin.get(on(date)).text)) == 4
    assert len(rows(admin.get(on(date + dt.timedelta(days=9))).text)) == 3


@pytest.mark.parametrize("date", ["yesterday", "", "1999-01-01", "2100-01-01", "2026-02-30"])
def test_an_invalid_date_is_rejected(admin: Visitor, team: Any, date: str) -> None:
    answer = admin.get(on(date))
    assert (answer.status_code, "These fields are not valid: date." in answer.text) == (422, True)


def test_a_date_after_the_team_s_today_is_not_its_newest(admin: Visitor, season: Any) -> None:
    newest = newest_date(season)
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into analytics.days (integration, athlete_id, metric_date, recovery, is_provisional) "
            "values ('team', %s, current_date + 1, 50, false) on conflict do nothing",
            (season.athlete_ids[0],),
        )
    assert f'name="date" value="{newest}"' in admin.get(BOARD).text


def test_before_the_first_pull_the_board_says_so(admin: Visitor, team: Any) -> None:
    text = admin.get(BOARD).text
    assert "No pull has been completed yet." in text
    assert all("not pulled yet" in row[1] or "before" in row[1] for row in rows(text))


def test_a_failed_pull_is_reported_above_the_values(admin: Visitor, season: Any) -> None:
    assert "The newest pull failed" not in admin.get(BOARD).text
    with season.engine.begin() as connection:
        connection.exec_driver_sql("update ops.runs set state = 'failed'")
    assert "The newest pull failed" in admin.get(BOARD).text


def test_the_navigation_entry_leads_to_the_only_board_or_to_a_list(admin: Visitor, team: Any, tmp_path: Any) -> None:
    alone = admin.get("/board", follow_redirects=False)
    assert (alone.status_code, alone.headers["location"]) == (303, BOARD)
    (tmp_path / "women.yaml").write_text("{}")
    both = admin.get("/board")
    assert BOARD in both.text
    assert "/integrations/women/board" in both.text
