"""The token endpoint: what is sent, and which error each answer becomes."""

import datetime as dt
import json
from urllib.parse import parse_qs

import pytest
from sqlalchemy import Engine

from tests.whoop.fakes import Answer, Script, scripted
from wearables.core.errors import PermanentError, ReconnectRequired, SourceUnavailable
from wearables.whoop.budget import Budget
from wearables.whoop.credentials import Credentials
from wearables.whoop.oauth import TokenEndpoint
from wearables.whoop.transport import HttpTransport

GOOD = {"access_token": "A", "refresh_token": "R", "expires_in": 3600, "token_type": "bearer", "scope": "offline"}


def answer(status: int, **body: object) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json"})


def endpoint(engine: Engine, whoop: Script) -> TokenEndpoint:
    transport = HttpTransport(whoop.url, Budget(engine, whoop.url, "id"), sleep=lambda seconds: None)
    return TokenEndpoint(Credentials(whoop.url, "id", "s&cret"), transport)


def test_a_refresh_sends_the_credentials_in_the_form_and_requests_offline_again(warehouse_engine: Engine) -> None:
    with scripted(answer(200, **GOOD)) as whoop:
        pair = endpoint(warehouse_engine, whoop).refresh("old")
    asked = whoop.asked[0]
    assert (asked.method, asked.path) == ("POST", "/oauth/oauth2/token")
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in asked.headers
    assert parse_qs(asked.body) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["old"],
        "scope": ["offline"],
        "client_id": ["id"],
        "client_secret": ["s&cret"],
    }
    assert (pair.access_token, pair.refresh_token) == ("A", "R")
    assert dt.timedelta(minutes=59) < pair.expires_at - dt.datetime.now(dt.UTC) <= dt.timedelta(hours=1)


def test_a_code_is_exchanged_with_its_redirect_url(warehouse_engine: Engine) -> None:
    with scripted(answer(200, **GOOD)) as whoop:
        pair = endpoint(warehouse_engine, whoop).redeem("c&de", "https://team.example.org/consent/callback")
    assert parse_qs(whoop.asked[0].body) == {
        "grant_type": ["authorization_code"],
        "code": ["c&de"],
        "redirect_uri": ["https://team.example.org/consent/callback"],
        "client_id": ["id"],
        "client_secret": ["s&cret"],
    }
    assert (pair.access_token, pair.refresh_token, pair.scopes) == ("A", "R", "offline")
    assert pair.lost_scopes == ["read:profile"]
    assert pair.collections == []


def test_an_answer_without_scopes_grants_all_but_offline_needs_a_refresh_token(warehouse_engine: Engine) -> None:
    silent = {name: GOOD[name] for name in ("access_token", "refresh_token", "expires_in")}
    without = {name: silent[name] for name in ("access_token", "expires_in")}
    with scripted(answer(200, **silent), answer(200, **without)) as whoop:
        pair = endpoint(warehouse_engine, whoop).redeem("c", "https://team.example.org")
        assert (pair.lost_scopes, pair.collections) == ([], None)
        assert endpoint(warehouse_engine, whoop).redeem("c", "https://team.example.org").lost_scopes == ["offline"]


def test_the_allowed_collections_are_those_whose_scopes_were_granted(warehouse_engine: Engine) -> None:
    granted = GOOD | {"scope": "offline read:profile read:sleep read:cycles read:body_measurement"}
    with scripted(answer(200, **granted)) as whoop:
        pair = endpoint(warehouse_engine, whoop).redeem("c", "https://team.example.org")
    assert (pair.lost_scopes, pair.collections) == ([], ["cycle", "sleep"])


@pytest.mark.parametrize("status", [400, 401])
def test_a_grant_that_whoop_rejects_needs_a_new_consent(warehouse_engine: Engine, status: int) -> None:
    with (
        scripted(answer(status, error="invalid_grant")) as whoop,
        pytest.raises(ReconnectRequired, match="consent again"),
    ):
        endpoint(warehouse_engine, whoop).refresh("old")


@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client"])
def test_invalid_client_credentials_are_reported_with_the_fix(warehouse_engine: Engine, error: str) -> None:
    fix = "Client ID and Client secret"
    with scripted(answer(401, error=error)) as whoop, pytest.raises(PermanentError, match=fix) as refusal:
        endpoint(warehouse_engine, whoop).refresh("old")
    assert "s&cret" not in str(refusal.value)


@pytest.mark.parametrize(
    "odd",
    [
        answer(400, error="invalid_request"),
        Answer(404, b"<html>"),
        answer(200, token_type="bearer"),
        Answer(200, b"<html>"),
        Answer(200, b"[]"),
        Answer(200, b"123"),
        Answer(200, b"null"),
        Answer(200, b'"text"'),
        Answer(401, b"[]"),
        Answer(401, b""),
        Answer(401, b"<a href='?error=invalid_grant&x=1'>"),
        Answer(400, b"error=invalid_grant"),
        answer(401, error="token_inactive"),
        answer(401, error={"code": "invalid_grant"}),
        answer(403, message="invalid_grant"),
        answer(200, error="invalid_grant"),
        answer(200, access_token=5),
    ],
)
def test_any_other_answer_does_not_invalidate_the_grant(warehouse_engine: Engine, odd: Answer) -> None:
    with scripted(odd) as whoop, pytest.raises(SourceUnavailable, match="token endpoint answered"):
        endpoint(warehouse_engine, whoop).refresh("old")


@pytest.mark.parametrize("error", ["invalid_grant", "token_inactive"])
def test_a_client_is_verified_with_a_made_up_grant(warehouse_engine: Engine, error: str) -> None:
    with scripted(answer(400, error=error), answer(400, error=error)) as whoop:
        endpoint(warehouse_engine, whoop).verify_client()
        endpoint(warehouse_engine, whoop).verify_client()
    made_up = [parse_qs(asked.body)["refresh_token"][0] for asked in whoop.asked]
    assert len(set(made_up)) == 2


def test_a_token_is_kept_although_its_lifetime_or_scope_is_odd(warehouse_engine: Engine) -> None:
    lifetimes = ["soon", -1, 0, None, [], 1e300, 10**40]
    bodies = [GOOD | {"expires_in": each} for each in lifetimes] + [GOOD | {"scope": 5}]
    with scripted(*[answer(200, **body) for body in bodies]) as whoop:
        for _ in bodies:
            pair = endpoint(warehouse_engine, whoop).refresh("old")
            assert dt.timedelta(minutes=59) < pair.expires_at - dt.datetime.now(dt.UTC) <= dt.timedelta(hours=1)


def test_an_error_code_is_repeated_only_if_it_looks_like_one(warehouse_engine: Engine) -> None:
    with scripted(answer(400, error="refresh token SECRET")) as whoop, pytest.raises(SourceUnavailable) as error:
        endpoint(warehouse_engine, whoop).refresh("old")
    assert "400 without an OAuth error code" in str(error.value)


@pytest.mark.parametrize(
    "unclear", [Answer(401, b""), Answer(401, b"<html>"), answer(400, error="invalid_request"), Answer(200, b"<html>")]
)
def test_a_client_is_neither_accepted_nor_rejected_by_an_answer_that_does_not_say_so(
    warehouse_engine: Engine, unclear: Answer
) -> None:
    with scripted(unclear) as whoop, pytest.raises(SourceUnavailable, match="nothing about the client or the grant"):
        endpoint(warehouse_engine, whoop).verify_client()


def test_a_client_that_whoop_does_not_know_is_rejected(warehouse_engine: Engine) -> None:
    with (
        scripted(answer(401, error="invalid_client")) as whoop,
        pytest.raises(PermanentError, match="does not accept the client id"),
    ):
        endpoint(warehouse_engine, whoop).verify_client()


def test_a_base_url_that_is_not_whoops_is_reported(warehouse_engine: Engine) -> None:
    with scripted(Answer(404, b"<html>")) as whoop, pytest.raises(SourceUnavailable, match="Check the base URL"):
        endpoint(warehouse_engine, whoop).verify_client()
