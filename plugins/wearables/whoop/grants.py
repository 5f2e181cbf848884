"""The grants of an integration's athletes, stored in ``vault.grants``. Their tokens are renewed in renewal.py."""

from collections.abc import Collection
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine

from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.client import Tokens
from wearables.whoop.oauth import TokenEndpoint, TokenPair
from wearables.whoop.renewal import Key, Renewal, needs_renewal
from wearables.whoop.vault import cipher, decrypted, encrypted


class Grants:
    """The grants of one integration."""

    def __init__(self, engine: Engine, integration: str, endpoint: TokenEndpoint) -> None:
        self._engine = engine
        self._integration = integration
        self._endpoint = endpoint

    def access_token(self, athlete_id: int, stale: str | None = None) -> str:
        """Return a valid access token other than ``stale``, renewed if it is about to expire.

        Raises ReconnectRequired or MembershipInactive if the grant cannot be used.
        """
        return self._renewal(athlete_id).valid_pair(stale).access_token

    def active_pairs(self, athletes: Collection[int]) -> dict[int, TokenPair]:
        """Return the token pairs of the athletes whose grants are active; some may have to be renewed."""
        parameters = {"integration": self._integration, "athletes": list(athletes)}
        with transaction(self._engine) as connection:
            return {row.athlete_id: decrypted(row) for row in run_sql(connection, "whoop/grants/active", **parameters)}

    def tokens(self, athlete_id: int, held: TokenPair | None = None) -> Tokens:
        """Return a function that supplies the athlete's tokens, each cached until it is about to expire or rejected.

        ``held`` is a pair that has just been read. Several threads may call the function. It raises ReconnectRequired
        or MembershipInactive if the grant cannot be used.
        """
        lock = Lock()

        def access_token(stale: str | None = None) -> str:
            nonlocal held
            with lock:
                if held is None or needs_renewal(held, stale):
                    held = self._renewal(athlete_id).valid_pair(stale)
                return held.access_token

        return access_token

    def inactive(self) -> set[int]:
        """Return the athletes whose membership is known to be inactive."""
        with transaction(self._engine) as connection:
            return set(run_sql(connection, "whoop/grants/inactive", integration=self._integration).scalars())

    def mark_inactive(self, athlete_id: int, reason: str) -> None:
        """Record that, according to WHOOP, the membership is inactive. From then on, WHOOP is asked once a day."""
        self._run("mark_inactive", athlete_id, reason=reason)

    def mark_active(self, athlete_id: int) -> None:
        """Record that WHOOP has answered with the athlete's data, if the membership was inactive before."""
        self._run("mark_active", athlete_id)

    def pause_refresh(self, athlete_id: int) -> None:
        """Do not renew rejected tokens for a minute, because WHOOP has rejected one that it had just issued."""
        self._run("pause_refresh", athlete_id)

    def save(self, connection: Connection, athlete_id: int, pair: TokenPair) -> None:
        """Save the pair of an athlete who has consented, in place of any older one."""
        key = self._key(athlete_id)
        run_sql(connection, "whoop/grants/save", **key, **encrypted(pair))
        run_sql(connection, "whoop/grants/end_refresh", **key, holder=None)

    def _key(self, athlete_id: int) -> Key:
        return {"integration": self._integration, "athlete_id": athlete_id}

    def _renewal(self, athlete_id: int) -> Renewal:
        return Renewal(self._engine, self._key(athlete_id), self._endpoint)

    def _run(self, name: str, athlete_id: int, **parameters: Any) -> None:
        with transaction(self._engine) as connection:
            run_sql(connection, f"whoop/grants/{name}", **self._key(athlete_id), **parameters)


def rotate_keys(engine: Engine) -> int:
    """Encrypt every grant with the first key of ``WEARABLES_GRANT_KEYS``; return the number of grants."""
    fernet = cipher()
    with transaction(engine) as connection:
        rows = run_sql(connection, "whoop/grants/lock_all").all()
        for row in rows:
            run_sql(
                connection,
                "whoop/grants/reencrypt",
                integration=row.integration,
                athlete_id=row.athlete_id,
                access_token=fernet.rotate(bytes(row.access_token)),
                refresh_token=fernet.rotate(bytes(row.refresh_token)),
            )
    return len(rows)
