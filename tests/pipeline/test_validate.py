"""What is refused before any data is asked of WHOOP: one sentence, and what to do."""

import datetime as dt
from typing import Any

import pytest

from tests.factories import connect
from wearables.core.errors import PermanentError, WearablesError
from wearables.core.warehouse import warehouse

TOMORROW = str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2))
BAD = [
    ({"start_date": "2026-05-02", "end_date": "2026-05-01"}, "2026-05-01.*before"),
    ({"start_date": "2026-05-02"}, "end_date is missing"),
    ({"end_date": "2026-05-02"}, "start_date is missing"),
    ({"start_date": TOMORROW, "end_date": TOMORROW}, "future"),
    ({"start_date": "01.05.2026", "end_date": "2026-05-02"}, "is not a valid date. Use"),
    ({"start_date": "2026-02-30", "end_date": "2026-05-02"}, "is not a valid date"),
    ({"start_date": 20260501, "end_date": "2026-05-02"}, "is not a valid date"),
    ({"start_date": "2026-05-01T00:00:00", "end_date": "2026-05-02"}, "is not a valid date"),
    ({"start_date": "2026-05-01'; drop schema raw cascade; --", "end_date": "2026-05-02"}, "is not a valid date"),
    ({"athletes": [999]}, "Unknown athlete 999"),
    ({"athletes": ["1; drop table raw.records"]}, "athletes must be a list"),
    ({"athletes": 7}, "athletes must be a list"),
    ({"athletes": [2**70]}, "Unknown athlete"),
    ({"collections": ["steps"]}, "Unknown collection 'steps'"),
    ({"collections": "sleep"}, "collections must be a list"),
    ({"collections": [["sleep"]]}, "Unknown collection"),
    ({"start": "2026-05-01"}, "Unknown parameter start"),
]


@pytest.mark.parametrize(("conf", "sentence"), BAD, ids=[str(conf)[:50] for conf, _ in BAD])
def test_a_bad_parameter_is_refused_in_one_sentence(team: Any, conf: dict, sentence: str) -> None:
    squad = team(athletes=1, days=3)
    squad.world.requests.clear()
    with pytest.raises(PermanentError, match=sentence) as refusal:
        squad.validate(**conf)
    assert "\n" not in str(refusal.value)
    assert squad.world.requests == []
    assert squad.rows("select count(*) from ops.runs") == [(0,)]


def test_a_squad_without_an_athlete_is_refused(team: Any) -> None:
    with pytest.raises(PermanentError, match="No athlete is enrolled in team"):
        team(enrol=False).validate()


def test_bad_client_credentials_are_refused(team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    squad = team(athletes=1, days=3)
    connect(monkeypatch, squad.world.url, squad.world.client_id, "not-the-secret")
    with pytest.raises(PermanentError, match="does not accept the client id and secret") as refusal:
        squad.validate()
    assert "not-the-secret" not in str(refusal.value)


def test_a_missing_connection_is_refused(team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    squad = team(athletes=1, days=3)
    monkeypatch.delenv("AIRFLOW_CONN_TEAM")
    with pytest.raises(PermanentError, match="no connection 'team'"):
        squad.validate()


def test_an_unmigrated_warehouse_is_refused(team: Any) -> None:
    squad = team(athletes=1, days=3)
    with squad.engine.begin() as connection:
        connection.exec_driver_sql("drop schema raw, ops, vault, analytics cascade")
    with pytest.raises(WearablesError, match="migrate"):
        squad.validate()


def test_an_unreachable_warehouse_is_refused(team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    squad = team(athletes=1, days=3)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://nobody:hidden@127.0.0.1:9/none")
    warehouse.cache_clear()
    with pytest.raises(WearablesError, match="cannot be reached") as refusal:
        squad.validate()
    assert "hidden" not in str(refusal.value)


def test_a_repeated_validate_keeps_the_plan(team: Any) -> None:
    squad = team(athletes=1, days=3)
    run_id, first = squad.validate()
    assert squad.validate(run_id)[1] == first
