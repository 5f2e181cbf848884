"""An athlete's page: ninety days of charts and values."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from tests.web.conftest import Visitor
from wearables.core.warehouse import transaction
from wearables.web.board.charts import CHARTS, ZONES, svg
from wearables.web.board.history import Period, read_history

SVG = "{http://www.w3.org/2000/svg}svg"


@pytest.fixture
def season(make_team: Callable[..., Any]) -> Any:
    """Two athletes with 100 days of pulled history."""
    team = make_team(days=100)
    team.pull(**team.all_days())
    return team


def history_of(team: Any, athlete_id: int, last_date: dt.date | None = None) -> Any:
    ((newest,),) = team.rows("select max(metric_date) from analytics.athlete_days where athlete_id = %s", athlete_id)
    with transaction(team.engine) as connection:
        return read_history(connection, "team", athlete_id, Period.until(last_date or newest))


def page_of(athlete_id: int, *parts: str) -> str:
    return "/".join([f"/integrations/team/athletes/{athlete_id}", *parts])


def test_the_page_shows_every_chart_and_one_row_for_each_of_ninety_dates(admin: Visitor, season: Any) -> None:
    athlete_id = season.athlete_ids[0]
    text = admin.get(page_of(athlete_id)).text
    history = history_of(season, athlete_id)
    for date in history.metric_date:
        assert f'<th scope="row">{date}</th>' in text
    assert len(history) == 90
    for name, chart in CHARTS.items():
        known = history[chart.column].notna().sum()
        assert f"/charts/{name}.svg?until={history.metric_date.iloc[-1]}" in text
        assert f"{known} of 90 days have a value" in text


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_a_standalone_svg_with_readable_text(admin: Visitor, season: Any, name: str) -> None:
    until = dt.datetime.now(dt.UTC).date()
    answer = admin.get(page_of(season.athlete_ids[0], "charts", f"{name}.svg?until={until}"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    drawn = ElementTree.fromstring(answer.content)
    assert drawn.tag == SVG
    assert CHARTS[name].title in " ".join(drawn.itertext())
    assert "no values" not in answer.text


def test_a_chart_says_when_the_period_has_no_values(admin: Visitor, season: Any) -> None:
    for name in CHARTS:
        answer = admin.get(page_of(season.athlete_ids[0], "charts", f"{name}.svg?until=2015-01-01"))
        assert "no values in this period" in answer.text, name


def test_a_recovery_is_drawn_with_its_value_in_the_colour_of_its_zone(season: Any) -> None:
    history = history_of(season, season.athlete_ids[0])
    axes = Figure().subplots()
    CHARTS["recovery"].draw(axes, history)
    known = history.dropna(subset="recovery")
    drawn = [(bar.get_height(), bar.get_facecolor()) for bar in axes.patches]
    assert drawn == [(each.recovery, to_rgba(ZONES[each.recovery_zone])) for each in known.itertuples()]


def test_missing_days_are_gaps_not_zeros(season: Any) -> None:
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "update analytics.days set heart_rate_variability = null where extract(dow from metric_date) = 1"
        )
    history = history_of(season, season.athlete_ids[0])
    axes = Figure().subplots()
    CHARTS["heart-rate-variability"].draw(axes, history)
    (days,) = (line for line in axes.lines if line.get_label() == "day")
    drawn = dict(zip(history.metric_date, days.get_ydata(), strict=True))
    for date, value in drawn.items():
        assert (value != value) == (history.set_index("metric_date").heart_rate_variability.isna()[date]), date  # NaN


def test_the_same_days_give_the_same_image(season: Any) -> None:
    history = history_of(season, season.athlete_ids[0])
    for chart in CHARTS.values():
        assert svg(chart, history) == svg(chart, history)


def test_workouts_are_listed_with_sport_and_start(admin: Visitor, season: Any) -> None:
    athlete_id = season.athlete_ids[0]
    text = admin.get(page_of(athlete_id)).text
    for sport, began in season.rows(
        "select sport_name, to_char(started_at_local, 'YYYY-MM-DD HH24:MI') from analytics.workouts "
        "where athlete_id = %s and metric_date > current_date - 60",
        athlete_id,
    ):
        assert sport in text
        assert began in text


def test_an_athlete_of_another_integration_is_not_found(admin: Visitor, season: Any) -> None:
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name) values ('rival', 77, 'R', 'V')"
        )
    for path in (page_of(77), page_of(77, "charts", "recovery.svg?until=2026-01-01")):
        assert admin.get(path).status_code == 404


def test_an_athlete_without_data_has_a_page(admin: Visitor, team: Any) -> None:
    text = admin.get(page_of(team.athlete_ids[0])).text
    assert "This athlete has no values yet." in text


def test_an_unknown_chart_and_an_invalid_date_are_rejected(admin: Visitor, team: Any) -> None:
    athlete_id = team.athlete_ids[0]
    assert admin.get(page_of(athlete_id, "charts", "mood.svg?until=2026-01-01")).status_code == 404
    assert admin.get(page_of(athlete_id, "charts", "recovery.svg")).status_code == 422
    assert admin.get(page_of(athlete_id) + "?until=0001-01-01").status_code == 422
