"""Renewing a token: WHOOP is asked outside of transactions, and its answer counts only for the pair that was sent."""

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine

from tests.whoop.test_grants import ATHLETE, Endpoint, attempts, dead, pair, state, stored
from wearables.core.errors import FreshTokenRejected, MembershipInactive, ReconnectRequired, SourceUnavailable
from wearables.core.warehouse import transaction
from wearables.whoop import refresh_lease
from wearables.whoop.grants import Grants, rotate_keys
from wearables.whoop.oauth import TokenPair
from wearables_dev.local.postgres import Server


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_GRANT_KEYS", Fernet.generate_key().decode())


@pytest.fixture
def with_pair(warehouse_engine: Engine) -> Callable[..., tuple[Grants, Endpoint]]:
    """Return a factory: store an expired pair, and answer its refresh with ``answer``."""

    def make(answer: Callable[[str], TokenPair], seconds: int = 0) -> tuple[Grants, Endpoint]:
        endpoint = Endpoint(answer)
        grants = Grants(warehouse_engine, "team", endpoint)
        stored(warehouse_engine, grants, pair("1", seconds=seconds))
        return grants, endpoint

    return make


def execute(engine: Engine, statement: str) -> list:
    with transaction(engine) as connection:
        result = connection.exec_driver_sql(statement)
        return list(result.all()) if result.returns_rows else []


def test_no_transaction_and_no_pooled_connection_is_held_while_whoop_answers(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    held: list[int] = []
    waiting: list = []

    def answer(token: str) -> TokenPair:
        held.append(warehouse_engine.pool.checkedout())  # type: ignore[attr-defined]
        waiting.extend(execute(warehouse_engine, IDLE_IN_TRANSACTION))
        return pair("2")

    grants, _ = with_pair(answer)
    assert grants.access_token(ATHLETE) == "access-2"
    assert (held, waiting) == ([0], [])


IDLE_IN_TRANSACTION = """
select pid from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and state = 'idle in transaction'
"""


def test_a_lease_is_extended_while_whoop_takes_its_time_and_others_wait(
    warehouse_engine: Engine, with_pair: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_lease, "EXTEND_SECONDS", 0.01)
    query = "select leased_until from vault.refresh_attempts"

    def answer(token: str) -> TokenPair:
        first = execute(warehouse_engine, query)
        other.start()
        while execute(warehouse_engine, query) == first:
            pass  # the lease is extended meanwhile, or this test never ends
        return pair("2")

    grants, endpoint = with_pair(answer)
    got: list[str] = []
    other = threading.Thread(target=lambda: got.append(grants.access_token(ATHLETE)))
    assert grants.access_token(ATHLETE) == "access-2"
    other.join()
    assert got == ["access-2"]
    assert endpoint.asked == ["refresh-1"]


def test_the_lease_of_a_killed_task_ends_by_itself(warehouse_engine: Engine, with_pair: Callable) -> None:
    grants, endpoint = with_pair(dead)
    execute(
        warehouse_engine,
        f"""
        insert into vault.refresh_attempts
        values ('team', {ATHLETE}, now() - interval '1 minute', gen_random_uuid(), now() + interval '300 milliseconds')
        """,
    )
    with pytest.raises(ReconnectRequired, match="was interrupted before WHOOP's answer was saved"):
        grants.access_token(ATHLETE)
    assert endpoint.asked == ["refresh-1"]
    assert attempts(warehouse_engine) == 0


def test_a_rejection_says_nothing_about_a_pair_that_was_stored_meanwhile(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    def rejected(token: str) -> TokenPair:
        stored(warehouse_engine, grants, pair("3"))
        return dead(token)

    grants, _ = with_pair(rejected)
    assert grants.access_token(ATHLETE) == "access-3"
    assert state(warehouse_engine) == ("active", None)


def test_a_rejection_says_nothing_if_another_task_has_taken_over_the_lease(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    def overtaken(token: str) -> TokenPair:
        if len(endpoint.asked) > 1:
            return pair("2")
        execute(warehouse_engine, "update vault.refresh_attempts set holder = gen_random_uuid(), leased_until = now()")
        return dead(token)

    grants, endpoint = with_pair(overtaken)
    assert grants.access_token(ATHLETE) == "access-2"
    assert state(warehouse_engine) == ("active", None)


def test_an_answer_does_not_replace_a_consent_that_was_given_meanwhile(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    def late(token: str) -> TokenPair:
        stored(warehouse_engine, grants, pair("3"))
        return pair("2")

    grants, _ = with_pair(late)
    assert grants.access_token(ATHLETE) == "access-3"
    assert grants.access_token(ATHLETE) == "access-3"


def test_an_answer_is_not_stored_for_an_athlete_who_was_offboarded_meanwhile(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    def late(token: str) -> TokenPair:
        execute(warehouse_engine, "delete from vault.grants")
        return pair("2")

    grants, _ = with_pair(late)
    with pytest.raises(ReconnectRequired, match="No grant is stored"):
        grants.access_token(ATHLETE)
    assert execute(warehouse_engine, "select * from vault.grants") == []


def test_an_answer_is_saved_although_the_keys_were_rotated_meanwhile(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    def late(token: str) -> TokenPair:
        rotate_keys(warehouse_engine)
        return pair("2")

    grants, _ = with_pair(late)
    assert grants.access_token(ATHLETE) == "access-2"
    assert grants.access_token(ATHLETE) == "access-2"


def test_a_new_pair_is_saved_although_the_warehouse_restarts_meanwhile(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    folder = Path(execute(warehouse_engine, "show data_directory")[0][0]).parent
    server = Server(home=folder, port=warehouse_engine.url.port, password=warehouse_engine.url.password)
    restart = threading.Thread(target=server.start)

    def answer(token: str) -> TokenPair:
        server.stop("immediate")
        restart.start()
        return pair("2")

    grants, _ = with_pair(answer)
    # The server of the tests does not flush at every commit.
    execute(warehouse_engine, "checkpoint")
    assert grants.access_token(ATHLETE) == "access-2"
    restart.join()
    assert grants.access_token(ATHLETE) == "access-2"


def test_an_outage_gives_the_lease_back_at_once(warehouse_engine: Engine, with_pair: Callable) -> None:
    def out(token: str) -> TokenPair:
        if len(endpoint.asked) == 1:
            raise SourceUnavailable("out")
        return pair("2")

    grants, endpoint = with_pair(out)
    with pytest.raises(SourceUnavailable):
        grants.access_token(ATHLETE)
    assert execute(warehouse_engine, "select holder, leased_until <= now() from vault.refresh_attempts") == [
        (None, True)
    ]
    assert grants.access_token(ATHLETE) == "access-2"


def test_a_token_is_not_renewed_again_just_after_whoop_rejected_a_new_one(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    grants, endpoint = with_pair(lambda token: pair("2"), seconds=3600)
    assert grants.access_token(ATHLETE, stale="access-1") == "access-2"
    grants.pause_refresh(ATHLETE)
    with pytest.raises(FreshTokenRejected, match="The grant is kept"):
        grants.access_token(ATHLETE, stale="access-2")
    assert grants.access_token(ATHLETE) == "access-2"
    execute(warehouse_engine, "update vault.grants set refresh_after = now()")
    grants.access_token(ATHLETE, stale="access-2")
    assert endpoint.asked == ["refresh-1", "refresh-2"]


def test_an_inactive_athlete_is_asked_again_after_a_day_until_whoop_refuses_again(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    grants, _ = with_pair(lambda token: pair("2"), seconds=3600)
    grants.mark_inactive(ATHLETE, "not active")
    with pytest.raises(MembershipInactive, match="not active"):
        grants.access_token(ATHLETE)
    execute(warehouse_engine, "update vault.grants set ask_again_at = ask_again_at - interval '1 day'")
    for _ in range(2):  # each task of the run may ask
        assert grants.access_token(ATHLETE) == "access-1"
    grants.mark_inactive(ATHLETE, "still not active")
    with pytest.raises(MembershipInactive, match="still not active"):
        grants.access_token(ATHLETE)


def test_a_refresh_does_not_prove_that_the_membership_is_active_but_data_do(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    grants, _ = with_pair(lambda token: pair("2"))
    grants.mark_inactive(ATHLETE, "not active")
    execute(warehouse_engine, "update vault.grants set ask_again_at = now()")
    assert grants.access_token(ATHLETE) == "access-2"
    assert grants.inactive() == {ATHLETE}
    grants.mark_active(ATHLETE)
    assert grants.inactive() == set()
    assert state(warehouse_engine) == ("active", None)


def test_a_second_refusal_on_the_same_day_does_not_postpone_the_next_question(
    warehouse_engine: Engine, with_pair: Callable
) -> None:
    grants, _ = with_pair(lambda token: pair("2"), seconds=3600)
    grants.mark_inactive(ATHLETE, "first")
    first = execute(warehouse_engine, "select ask_again_at from vault.grants")
    grants.mark_inactive(ATHLETE, "second")
    assert execute(warehouse_engine, "select ask_again_at from vault.grants") == first
    assert first[0][0] - dt.datetime.now(dt.UTC) < dt.timedelta(hours=20)
