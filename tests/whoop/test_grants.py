"""Grants: one refresh at a time, no pair used before it is saved, all pairs encrypted at rest."""

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from wearables.core.errors import PermanentError, ReconnectRequired, SourceUnavailable
from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.grants import Grants, rotate_keys
from wearables.whoop.oauth import TokenPair

KEY = {"integration": "team", "athlete_id": 2**40}
ATHLETE = 2**40


def pair(name: str, seconds: int = 3600) -> TokenPair:
    return TokenPair(
        f"access-{name}", f"refresh-{name}", dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds), "offline"
    )


class Endpoint:
    """A token endpoint with a scripted answer that records its requests."""

    def __init__(self, answer: Callable[[str], TokenPair]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def refresh(self, refresh_token: str) -> TokenPair:
        self.asked.append(refresh_token)
        return self.answer(refresh_token)


def dead(refresh_token: str) -> TokenPair:
    raise ReconnectRequired("WHOOP no longer accepts the grant")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", Fernet.generate_key().decode())


def stored(engine: Engine, grants: Grants, token_pair: TokenPair) -> None:
    with transaction(engine) as connection:
        grants.save(connection, ATHLETE, token_pair)


def state(engine: Engine) -> tuple[str, str | None]:
    with transaction(engine) as connection:
        row = run_sql(connection, "whoop/grants/read", **KEY).one()
    return row.state, row.reason


def attempts(engine: Engine) -> int:
    with transaction(engine) as connection:
        return connection.exec_driver_sql("select count(*) from vault.refresh_attempts").scalar_one()


def test_a_valid_token_is_not_renewed(warehouse_engine: Engine) -> None:
    endpoint = Endpoint(dead)
    grants = Grants(warehouse_engine, "team", endpoint)
    stored(warehouse_engine, grants, pair("1"))
    assert grants.access_token(ATHLETE) == "access-1"
    assert endpoint.asked == []


def test_a_token_about_to_expire_is_renewed_and_saved_before_use(warehouse_engine: Engine) -> None:
    endpoint = Endpoint(lambda token: pair("2"))
    grants = Grants(warehouse_engine, "team", endpoint)
    stored(warehouse_engine, grants, pair("1", seconds=60))
    assert grants.access_token(ATHLETE) == "access-2"
    assert Grants(warehouse_engine, "team", Endpoint(dead)).access_token(ATHLETE) == "access-2"
    assert endpoint.asked == ["refresh-1"]
    assert attempts(warehouse_engine) == 0


def test_a_token_that_whoop_rejected_is_renewed_even_if_it_has_not_expired(warehouse_engine: Engine) -> None:
    grants = Grants(warehouse_engine, "team", Endpoint(lambda token: pair("2")))
    stored(warehouse_engine, grants, pair("1"))
    assert grants.access_token(ATHLETE, stale="access-1") == "access-2"
    assert grants.access_token(ATHLETE, stale="access-1") == "access-2"


def test_concurrent_tasks_refresh_once(warehouse_engine: Engine) -> None:
    endpoint = Endpoint(lambda token: pair("2"))
    stored(warehouse_engine, Grants(warehouse_engine, "team", endpoint), pair("1", seconds=0))
    got: list[str] = []

    def ask() -> None:
        got.append(Grants(warehouse_engine, "team", endpoint).access_token(ATHLETE))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["access-2"] * 3
    assert endpoint.asked == ["refresh-1"]


def test_a_dead_grant_is_not_tried_again(warehouse_engine: Engine) -> None:
    endpoint = Endpoint(dead)
    grants = Grants(warehouse_engine, "team", endpoint)
    stored(warehouse_engine, grants, pair("1", seconds=0))
    for _ in range(2):
        with pytest.raises(ReconnectRequired, match="no longer accepts"):
            grants.access_token(ATHLETE)
    assert endpoint.asked == ["refresh-1"]
    assert state(warehouse_engine)[0] == "reconnect"


def test_a_crash_before_whoops_answer_is_saved_is_recognised(warehouse_engine: Engine) -> None:
    class Killed(BaseException):
        pass

    def killed(token: str) -> TokenPair:
        raise Killed

    grants = Grants(warehouse_engine, "team", Endpoint(killed))
    stored(warehouse_engine, grants, pair("1", seconds=0))
    with pytest.raises(Killed):
        grants.access_token(ATHLETE)
    assert attempts(warehouse_engine) == 1
    with pytest.raises(ReconnectRequired, match="was interrupted before WHOOP's answer was saved"):
        Grants(warehouse_engine, "team", Endpoint(dead)).access_token(ATHLETE)
    assert "was interrupted" in (state(warehouse_engine)[1] or "")


def test_an_outage_does_not_change_the_grant(warehouse_engine: Engine) -> None:
    def out(token: str) -> TokenPair:
        raise SourceUnavailable("out")

    grants = Grants(warehouse_engine, "team", Endpoint(out))
    stored(warehouse_engine, grants, pair("1", seconds=0))
    with pytest.raises(SourceUnavailable):
        grants.access_token(ATHLETE)
    assert state(warehouse_engine) == ("active", None)
    assert Grants(warehouse_engine, "team", Endpoint(lambda token: pair("2"))).access_token(ATHLETE) == "access-2"
    assert attempts(warehouse_engine) == 0


def test_invalid_client_credentials_do_not_change_the_grant(warehouse_engine: Engine) -> None:
    def refused(token: str) -> TokenPair:
        raise PermanentError("secret")

    grants = Grants(warehouse_engine, "team", Endpoint(refused))
    stored(warehouse_engine, grants, pair("1", seconds=0))
    with pytest.raises(PermanentError):
        grants.access_token(ATHLETE)
    assert state(warehouse_engine) == ("active", None)
    assert attempts(warehouse_engine) == 0


def test_a_new_consent_makes_a_dead_grant_active(warehouse_engine: Engine) -> None:
    grants = Grants(warehouse_engine, "team", Endpoint(dead))
    stored(warehouse_engine, grants, pair("1", seconds=0))
    with pytest.raises(ReconnectRequired):
        grants.access_token(ATHLETE)
    stored(warehouse_engine, grants, pair("2"))
    assert grants.access_token(ATHLETE) == "access-2"


def test_tokens_are_stored_encrypted_and_hidden_from_repr(warehouse_engine: Engine) -> None:
    stored(warehouse_engine, Grants(warehouse_engine, "team", Endpoint(dead)), pair("1!"))
    with transaction(warehouse_engine) as connection:
        row = connection.exec_driver_sql("select access_token, refresh_token from vault.grants").one()
    # Ciphertext may contain "-1" by chance, but never an exclamation mark.
    assert b"-1!" not in bytes(row.access_token) + bytes(row.refresh_token)
    assert "access-1" not in repr(pair("1")) and "refresh-1" not in repr(pair("1"))


def test_keys_can_be_rotated(warehouse_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    grants = Grants(warehouse_engine, "team", Endpoint(dead))
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", old)
    stored(warehouse_engine, grants, pair("1"))
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", f"{new},{old}")
    assert grants.access_token(ATHLETE) == "access-1"
    assert rotate_keys(warehouse_engine) == 1
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", new)
    assert grants.access_token(ATHLETE) == "access-1"
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", old)
    with pytest.raises(PermanentError, match="No key in WEARABLES_GRANT_KEYS"):
        grants.access_token(ATHLETE)


@pytest.mark.parametrize(("keys_set", "reason"), [("", "is not set"), ("short", "contains an invalid Fernet key")])
def test_a_missing_or_invalid_key_is_rejected(
    warehouse_engine: Engine, monkeypatch: pytest.MonkeyPatch, keys_set: str, reason: str
) -> None:
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", keys_set)
    with pytest.raises(PermanentError, match=reason):
        stored(warehouse_engine, Grants(warehouse_engine, "team", Endpoint(dead)), pair("1"))
