"""Downloads: complete, limited to one integration and to users who may pull, and safe in a spreadsheet."""

import csv
import datetime as dt
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from httpx import Response
from pyarrow import parquet

from tests.web.conftest import Visitor
from wearables.web.download_files import RELATIONS

DOWNLOADS = "/integrations/team/downloads"
TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture
def season(make_team: Callable[..., Any]) -> Any:
    """Two athletes with 40 days of pulled history."""
    team = make_team(days=40)
    team.pull(**team.all_days())
    return team


def download(visitor: Visitor, relation: str = "athlete_days", format: str = "csv", **query: Any) -> Response:
    days = {"start": TODAY - dt.timedelta(days=60), "end": TODAY + dt.timedelta(days=1)}
    return visitor.get(f"{DOWNLOADS}/rows", params={"relation": relation, "format": format, **days, **query})


def lines(answer: Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def stored(team: Any, relation: str) -> int:
    ((count,),) = team.rows(f"select count(*) from analytics.{relation}")
    return count


def test_both_formats_contain_every_row_and_column(admin: Visitor, season: Any) -> None:
    for relation in RELATIONS:
        as_csv, as_parquet = (download(admin, relation, format) for format in ("csv", "parquet"))
        table = parquet.read_table(io.BytesIO(as_parquet.content))
        assert len(lines(as_csv)) == table.num_rows == stored(season, relation), relation
        columns = season.rows(
            "select column_name from information_schema.columns where table_schema = 'analytics' and table_name = %s "
            "order by ordinal_position",
            relation,
        )
        assert as_csv.text.splitlines()[0].split(",") == table.schema.names == [name for (name,) in columns], relation
        assert table.num_rows or relation in {"survey_responses", "flags"}, relation


def test_values_are_unchanged_and_missing_values_are_empty(admin: Visitor, season: Any) -> None:
    wanted = season.rows("select athlete_id, metric_date, recovery from analytics.athlete_days order by 2, 1")
    rows = lines(download(admin))
    read = [(int(row["athlete_id"]), dt.date.fromisoformat(row["metric_date"]), row["recovery"]) for row in rows]
    assert read == [(athlete, date, "" if value is None else str(value)) for athlete, date, value in wanted]
    assert any(value is None for *_, value in wanted)


def test_parquet_keeps_the_types_of_the_warehouse(admin: Visitor, season: Any) -> None:
    schema = parquet.read_table(io.BytesIO(download(admin, "workouts", "parquet").content)).schema
    assert schema.field("metric_date").type == pa.date32()
    assert schema.field("started_at").type == pa.timestamp("us", tz="UTC")
    assert schema.field("strain").type == pa.float64()
    assert schema.field("athlete_id").type == pa.int64()


def test_an_empty_download_still_has_columns(admin: Visitor, team: Any) -> None:
    assert download(admin).text.startswith("integration,athlete_id,metric_date,")
    assert parquet.read_table(io.BytesIO(download(admin, format="parquet").content)).num_rows == 0


def test_only_the_requested_days_and_squad_are_in_the_file(admin: Visitor, season: Any) -> None:
    day = season.rows("select min(metric_date) from analytics.athlete_days")[0][0] + dt.timedelta(days=5)
    assert {row["metric_date"] for row in lines(download(admin, start=day, end=day))} == {str(day)}
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "update ops.athletes set squad = 'first' where athlete_id = %s", (season.athlete_ids[0],)
        )
    for relation in ("athlete_days", "athletes"):
        found = lines(download(admin, relation, squad="first"))
        assert {row["athlete_id"] for row in found} == {str(season.athlete_ids[0])}


def test_rows_of_another_integration_are_never_in_the_file(admin: Visitor, season: Any) -> None:
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "update ops.athletes set integration = 'rival', squad = 'first' where athlete_id = %s",
            (season.athlete_ids[0],),
        )
        for table in ("analytics.days", "analytics.rolling", "raw.records"):
            connection.exec_driver_sql(
                f"update {table} set integration = 'rival' where athlete_id = %s", (season.athlete_ids[0],)
            )
        connection.exec_driver_sql("update ops.athletes set squad = 'first'")
    for relation in RELATIONS:
        for squad in ("", "first"):
            ids = {row["athlete_id"] for row in lines(download(admin, relation, squad=squad))}
            assert str(season.athlete_ids[0]) not in ids, relation


def test_another_team_s_squads_do_not_affect_the_file(admin: Visitor, season: Any) -> None:
    with season.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into ops.athletes (integration, athlete_id, first_name, last_name, squad) "
            "select 'rival', athlete_id, first_name, last_name, 'first' from ops.athletes"
        )
    assert lines(download(admin, squad="first")) == []


def test_text_that_looks_like_a_formula_is_escaped(admin: Visitor, season: Any) -> None:
    for text, cell in {
        "=1+1": "'=1+1",
        "+1": "'+1",
        "-1": "'-1",
        "@SUM(A1)": "'@SUM(A1)",
        "\t=1": "'\t'=1",
        "\r=1": "'\r'=1",
        "\n=1": "'\n'=1",
        "\uff1d1": "'\uff1d1",
        "wing; =1": "wing;' =1",
    }.items():
        with season.engine.begin() as connection:
            connection.exec_driver_sql("update ops.athletes set position = %s", (text,))
        assert {row["position"] for row in lines(download(admin, "athletes"))} == {cell}
    with season.engine.begin() as connection:
        connection.exec_driver_sql("update analytics.days set skin_temperature = -1.5")
    assert "-1.5" in {row["value"] for row in lines(download(admin, "metrics"))}


def test_users_who_may_pull_may_download_and_viewers_may_not(signed_in: Any, season: Any) -> None:
    viewer = signed_in("viewer")
    assert download(viewer).status_code == 403
    assert viewer.get(DOWNLOADS).status_code == 403
    assert "Downloads" not in viewer.get("/integrations/team/board").text
    user = signed_in("user")
    assert download(user).status_code == 200
    assert user.get(DOWNLOADS).status_code == 200
    anonymous = signed_in(None)
    assert download(anonymous).status_code == anonymous.get(DOWNLOADS).status_code == 401


def test_a_download_is_in_the_audit_log_without_values(admin: Visitor, season: Any) -> None:
    from airflow.models import Log
    from airflow.utils.session import create_session
    from sqlalchemy import select

    asked = {"relation": "athletes", "format": "csv", "start": "2026-01-01", "end": "2026-01-31"}
    assert "Avery" in download(admin, **asked).text
    with create_session() as session:
        noted = session.scalars(select(Log).order_by(Log.id.desc()).limit(1)).one()
        assert (noted.event, noted.dag_id, noted.owner) == ("download", "team", "admin")
        assert json.loads(str(noted.extra)) == asked | {"method": "GET"}


def test_the_file_has_a_descriptive_name_and_the_right_type(admin: Visitor, season: Any) -> None:
    answer = download(admin, "flags", start="2026-01-01", end="2026-01-31")
    assert answer.headers["content-disposition"] == 'attachment; filename="team_flags_2026-01-01_2026-01-31.csv"'
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert 'filename="team_athletes.csv"' in download(admin, "athletes").headers["content-disposition"]


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ({"relation": "grants"}, 422, "These fields are not valid: relation."),
        ({"relation": "days; drop table raw.records"}, 422, "These fields are not valid: relation."),
        ({"format": "xlsx"}, 422, "These fields are not valid: format."),
        ({"start": "soon"}, 422, "These fields are not valid: start."),
        ({"start": TODAY, "end": TODAY - dt.timedelta(days=1)}, 409, "Swap them."),
        ({"start": "2020-01-01", "end": "2026-01-01"}, 409, "but a download may have at most 400."),
    ],
)
def test_an_invalid_request_is_rejected_with_the_reason(
    admin: Visitor, team: Any, query: dict[str, Any], status: int, sentence: str
) -> None:
    answer = download(admin, **query)
    assert (answer.status_code, sentence in answer.text) == (status, True)


def test_the_form_describes_every_relation(admin: Visitor, season: Any) -> None:
    text = admin.get(DOWNLOADS).text
    for relation in RELATIONS:
        ((meaning,),) = season.rows(
            "select obj_description(('analytics.' || %s::text)::regclass, 'pg_class')", relation
        )
        assert f'value="{relation}"' in text
        assert meaning.split("'")[0] in text
