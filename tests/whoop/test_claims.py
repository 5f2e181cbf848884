"""Token pairs whose athlete is not known yet: exchanged once, and kept until they are assigned."""

import datetime as dt

from sqlalchemy import Engine

from wearables.core.warehouse import transaction
from wearables.whoop.claims import Claims
from wearables.whoop.oauth import TokenPair

SCOPES = "offline read:profile read:sleep"


class Endpoint:
    """A token endpoint that counts its requests. The first pair is valid for ``seconds``."""

    def __init__(self, seconds: int = 3600) -> None:
        self.seconds = seconds
        self.asked: list[str] = []

    def exchange(self, credential: str) -> TokenPair:
        self.asked.append(credential)
        expires_at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.seconds)
        return TokenPair("access-1", "refresh-1", expires_at, SCOPES)

    def refresh(self, refresh_token: str) -> TokenPair:
        self.asked.append(refresh_token)
        return TokenPair("access-2", "refresh-2", dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), "offline")


def claims(engine: Engine, endpoint: Endpoint) -> Claims:
    return Claims(engine, "team", endpoint)  # type: ignore[arg-type]


def kept(engine: Engine) -> int:
    with transaction(engine) as connection:
        return connection.exec_driver_sql("select count(*) from vault.unclaimed_grants").scalar_one()


def test_an_interrupted_enrolment_finds_its_pair_again(warehouse_engine: Engine) -> None:
    endpoint = Endpoint()
    first, second = (claims(warehouse_engine, endpoint).claim("code", endpoint.exchange) for _ in range(2))
    assert first == second
    assert endpoint.asked == ["code"]


def test_a_kept_pair_that_has_expired_is_renewed_and_keeps_its_scopes(warehouse_engine: Engine) -> None:
    endpoint = Endpoint(seconds=0)
    one = claims(warehouse_engine, endpoint)
    assert one.claim("code", endpoint.exchange).access_token == "access-1"
    for _ in range(2):
        renewed = one.claim("code", endpoint.exchange)
        assert (renewed.access_token, renewed.scopes) == ("access-2", SCOPES)
    assert endpoint.asked == ["code", "refresh-1"]


def test_a_discarded_pair_is_deleted(warehouse_engine: Engine) -> None:
    endpoint = Endpoint()
    one = claims(warehouse_engine, endpoint)
    one.claim("code", endpoint.exchange)
    with transaction(warehouse_engine) as connection:
        one.discard(connection, "code")
    assert kept(warehouse_engine) == 0
