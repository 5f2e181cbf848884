"""Validate: bad parameters and settings are rejected before any request for data, each in one sentence."""

import datetime as dt
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import ANY_VALUE, REPRODUCIBLE, connect
from wearables.core.errors import PermanentError, WearablesError
from wearables.core.integrations import Integration
from wearables.core.warehouse import warehouse
from wearables.pipeline.planning import NOT_ALLOWED
from wearables.pipeline.request import read_request
from wearables.pipeline.validate import check_setup

TOMORROW = str(dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2))
INVALID_PARAMETERS = [
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


@pytest.mark.parametrize(
    ("conf", "sentence"), INVALID_PARAMETERS, ids=[str(conf)[:50] for conf, _ in INVALID_PARAMETERS]
)
def test_an_invalid_parameter_is_rejected_in_one_sentence(make_team: Any, conf: dict, sentence: str) -> None:
    team = make_team(athletes=1, days=3)
    team.world.requests.clear()
    with pytest.raises(PermanentError, match=sentence) as rejection:
        team.validate(**conf)
    assert "\n" not in str(rejection.value)
    assert team.world.requests == []
    assert team.rows("select count(*) from ops.runs") == [(0,)]


@REPRODUCIBLE
@given(conf=st.dictionaries(st.sampled_from(["start_date", "end_date", "athletes", "collections", "x"]), ANY_VALUE))
def test_any_parameters_are_a_request_or_rejected(conf: dict) -> None:
    integration = Integration(name="team", connection="team")
    try:
        request = read_request(conf, integration)
    except PermanentError as rejection:
        assert "\n" not in str(rejection).strip()
    else:
        assert all(isinstance(athlete, int) for athlete in request.athletes)
        assert set(request.collections) <= set(integration.collections)


def test_a_team_without_athletes_is_rejected(make_team: Any) -> None:
    with pytest.raises(PermanentError, match="No athlete is enrolled in team"):
        make_team(enrol=False).validate()


def test_invalid_client_credentials_are_rejected(make_team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(athletes=1, days=3)
    connect(monkeypatch, team.world.url, team.world.client_id, "not-the-secret")
    with pytest.raises(PermanentError, match="does not accept the client id and secret") as rejection:
        team.validate()
    assert "not-the-secret" not in str(rejection.value)


def test_a_landing_zone_that_is_not_writable_is_rejected_before_whoop_is_asked(
    make_team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team(athletes=1, days=3)
    team.world.requests.clear()
    # Nobody can create a folder here, not even root.
    monkeypatch.setenv("WEARABLES_LANDING", "file:///sys/landing")
    for check in (team.validate, lambda: check_setup(team.integration)):
        with pytest.raises(PermanentError, match=r"landing zone cannot be written \(Operation not permitted\)"):
            check()
    assert team.world.requests == []


def test_a_missing_connection_is_named_before_missing_athletes(make_team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(enrol=False)
    monkeypatch.delenv("AIRFLOW_CONN_TEAM")
    for check in (team.validate, lambda: check_setup(team.integration)):
        with pytest.raises(PermanentError, match="no connection 'team'"):
            check()


def test_a_missing_connection_is_rejected(make_team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(athletes=1, days=3)
    monkeypatch.delenv("AIRFLOW_CONN_TEAM")
    with pytest.raises(PermanentError, match="no connection 'team'"):
        team.validate()


def test_an_unmigrated_warehouse_is_rejected(make_team: Any) -> None:
    team = make_team(athletes=1, days=3)
    with team.engine.begin() as connection:
        connection.exec_driver_sql("drop schema raw, ops, vault, analytics cascade")
    with pytest.raises(WearablesError, match="migrate"):
        team.validate()


def test_an_unreachable_warehouse_is_rejected(make_team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(athletes=1, days=3)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://nobody:hidden@127.0.0.1:9/none")
    warehouse.cache_clear()
    with pytest.raises(WearablesError, match="cannot be reached") as rejection:
        team.validate()
    assert "hidden" not in str(rejection.value)


def test_validating_again_keeps_the_plan(make_team: Any) -> None:
    team = make_team(athletes=1, days=3)
    run_id, first = team.validate()
    assert team.validate(run_id)[1] == first


def test_grants_that_no_key_decrypts_are_rejected(make_team: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    team = make_team(athletes=1, days=3)
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", Fernet.generate_key().decode())
    with pytest.raises(PermanentError, match="No key in WEARABLES_GRANT_KEYS decrypts"):
        team.validate()


def test_an_athlete_who_allows_none_of_the_collections_is_skipped_with_the_reason(make_team: Any) -> None:
    team = make_team(days=3)
    team.rows("update vault.grants set collections = '{}' where athlete_id = %s returning 1", team.athlete_ids[0])
    run_id, _ = team.validate()
    skipped = "select distinct athlete_id, error from ops.slices where run_id = %s and state = 'skipped'"
    assert team.rows(skipped, run_id) == [(team.athlete_ids[0], NOT_ALLOWED)]
    team.rows("update vault.grants set collections = '{}' returning 1")
    with pytest.raises(PermanentError, match="has not allowed any"):
        team.validate()
