"""The grants of an integration's athletes: stored in ``vault.grants``, renewed one at a time.

WHOOP rotates both tokens at each refresh and invalidates the old pair at once. So a refresh holds a lock on the
athlete's row, the attempt is recorded before the request, and the new pair is committed before anyone uses it. Thanks
to the lock, an error from WHOOP is conclusive: nobody else can have renewed the pair in the meantime.
"""

import datetime as dt

from sqlalchemy import Connection, Engine, Row

from wearables.core.errors import AthleteError, MembershipInactive, PermanentError, ReconnectRequired
from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.client import Tokens
from wearables.whoop.oauth import TokenEndpoint, TokenPair
from wearables.whoop.vault import cipher, decrypted, encrypted

# A page can take a minute to arrive, and the token must not expire before it does.
EXPIRY_MARGIN = dt.timedelta(minutes=2)


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
        return self._valid_pair(athlete_id, stale).access_token

    def tokens(self, athlete_id: int) -> Tokens:
        """Return a function that supplies the athlete's tokens, each cached until it is about to expire or rejected.

        Each call raises ReconnectRequired or MembershipInactive if the grant cannot be used.
        """
        held: TokenPair | None = None

        def access_token(stale: str | None = None) -> str:
            nonlocal held
            if held is None or _needs_renewal(held, stale):
                held = self._valid_pair(athlete_id, stale)
            return held.access_token

        return access_token

    def mark(self, athlete_id: int, error: AthleteError) -> None:
        """Mark an athlete's grant as unusable until it is renewed, with the error as reason."""
        with transaction(self._engine) as connection:
            _mark(connection, {"integration": self._integration, "athlete_id": athlete_id}, error)

    def save(self, connection: Connection, athlete_id: int, pair: TokenPair) -> None:
        """Save an athlete's pair in place of any older one."""
        key = {"integration": self._integration, "athlete_id": athlete_id}
        run_sql(connection, "whoop/grants/save", **key, **encrypted(pair))
        run_sql(connection, "whoop/grants/end_refresh", **key)

    def _valid_pair(self, athlete_id: int, stale: str | None) -> TokenPair:
        key = {"integration": self._integration, "athlete_id": athlete_id}
        with transaction(self._engine) as connection:
            pair = _usable_pair(run_sql(connection, "whoop/grants/read", **key).one_or_none())
        return self._renew(key, stale) if _needs_renewal(pair, stale) else pair

    def _renew(self, key: dict, stale: str | None) -> TokenPair:
        error: AthleteError
        with transaction(self._engine) as connection:
            row = run_sql(connection, "whoop/grants/lock", **key).one_or_none()
            pair = _usable_pair(row)
            if not _needs_renewal(pair, stale):
                return pair  # another task renewed it while this one waited for the lock
            with transaction(self._engine) as other:
                run_sql(other, "whoop/grants/begin_refresh", **key)
            try:
                fresh = self._endpoint.refresh(pair.refresh_token)
            except PermanentError:
                with transaction(self._engine) as other:
                    run_sql(other, "whoop/grants/end_refresh", **key)
                raise
            except AthleteError as rejection:
                error = _with_interruption(rejection, row.attempted_at if row else None)
                _mark(connection, key, error)
                run_sql(connection, "whoop/grants/end_refresh", **key)
            else:
                run_sql(connection, "whoop/grants/save", **key, **encrypted(fresh))
                run_sql(connection, "whoop/grants/end_refresh", **key)
                return fresh
        raise error


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


def _usable_pair(row: Row | None) -> TokenPair:
    if row is None:
        raise ReconnectRequired("No grant is stored. Ask the athlete to consent.")
    if row.state == "reconnect":
        raise ReconnectRequired(row.reason)
    if row.state == "inactive":
        raise MembershipInactive(row.reason)
    return decrypted(row)


def _needs_renewal(pair: TokenPair, stale: str | None) -> bool:
    return pair.access_token == stale or pair.expires_within(EXPIRY_MARGIN)


def _with_interruption(rejection: AthleteError, attempted_at: dt.datetime | None) -> AthleteError:
    if attempted_at is None:
        return rejection
    return ReconnectRequired(
        f"A refresh that began at {attempted_at:%Y-%m-%d %H:%M} UTC was interrupted before WHOOP's answer was saved, "
        "and WHOOP no longer accepts the grant. Ask the athlete to consent again."
    )


def _mark(connection: Connection, key: dict, error: AthleteError) -> None:
    run_sql(connection, "whoop/grants/mark", **key, state=error.grant_state, reason=str(error))
