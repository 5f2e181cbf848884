"""The grants of an integration's athletes: kept in ``vault.grants``, renewed one at a time.

WHOOP rotates both tokens at each refresh and forgets the old pair at once. So a refresh runs under a lock
on the athlete's row, the attempt is recorded before WHOOP is asked, and the new pair is committed before
anyone uses it. The row lock is also why an error of WHOOP can be believed: nobody else can have renewed
the pair between the read and the answer.
"""

import datetime as dt
import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, Engine, Row

from wearables.core.errors import AthleteError, MembershipInactive, PermanentError, ReconnectRequired
from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.client import Tokens
from wearables.whoop.oauth import TokenEndpoint, TokenPair
from wearables.whoop.vault import cipher, decrypted, encrypted

# A page may take a minute to arrive; a token must outlive it.
EXPIRY_MARGIN = dt.timedelta(minutes=2)


class Grants:
    """The grants of one integration."""

    def __init__(self, engine: Engine, integration: str, endpoint: TokenEndpoint) -> None:
        self._engine = engine
        self._integration = integration
        self._endpoint = endpoint

    def access_token(self, athlete_id: int, stale: str | None = None) -> str:
        """An access token that is good for a while, other than ``stale``; renewed if need be.

        Raises ReconnectRequired or MembershipInactive when the grant is of no use.
        """
        return self._good_pair(athlete_id, stale).access_token

    def tokens(self, athlete_id: int) -> Tokens:
        """The athlete's access tokens: held while they are good, read anew when due or refused by WHOOP.

        Each call raises ReconnectRequired or MembershipInactive when the grant is of no use.
        """
        held: TokenPair | None = None

        def access_token(stale: str | None = None) -> str:
            nonlocal held
            if held is None or _is_due(held, stale):
                held = self._good_pair(athlete_id, stale)
            return held.access_token

        return access_token

    def mark(self, athlete_id: int, trouble: AthleteError) -> None:
        """Note that an athlete's grant is of no use until it is renewed."""
        with transaction(self._engine) as connection:
            _mark(connection, {"integration": self._integration, "athlete_id": athlete_id}, trouble)

    def save(self, connection: Connection, athlete_id: int, pair: TokenPair) -> None:
        """Store an athlete's pair in place of any older one."""
        key = {"integration": self._integration, "athlete_id": athlete_id}
        run_sql(connection, "whoop/grants/save", **key, **encrypted(pair))
        run_sql(connection, "whoop/grants/end_refresh", **key)

    def claim(self, handed_in: str, trade: Callable[[str], TokenPair]) -> TokenPair:
        """Trade a refresh token or a code of a yet unknown athlete for a pair, and keep the pair safe.

        An enrolment that broke off after the trade finds its pair again.
        """
        key = {"integration": self._integration, "token_hash": _token_hash(handed_in)}
        with transaction(self._engine) as connection:
            kept = run_sql(connection, "whoop/grants/read_unclaimed", **key).one_or_none()
        pair = decrypted(kept) if kept else trade(handed_in)
        if kept and pair.expires_within(EXPIRY_MARGIN):
            pair = self._endpoint.refresh(pair.refresh_token)
        with transaction(self._engine) as connection:
            run_sql(connection, "whoop/grants/keep_unclaimed", **key, **encrypted(pair))
        return pair

    def claimed(self, connection: Connection, handed_in: str) -> None:
        """The pair got by ``claim`` has found its athlete, or its end."""
        run_sql(
            connection,
            "whoop/grants/drop_unclaimed",
            integration=self._integration,
            token_hash=_token_hash(handed_in),
        )

    def _good_pair(self, athlete_id: int, stale: str | None) -> TokenPair:
        key = {"integration": self._integration, "athlete_id": athlete_id}
        with transaction(self._engine) as connection:
            pair = _usable_pair(run_sql(connection, "whoop/grants/read", **key).one_or_none())
        return self._renew(key, stale) if _is_due(pair, stale) else pair

    def _renew(self, key: dict, stale: str | None) -> TokenPair:
        trouble: AthleteError
        with transaction(self._engine) as connection:
            row = run_sql(connection, "whoop/grants/lock", **key).one_or_none()
            pair = _usable_pair(row)
            if not _is_due(pair, stale):
                return pair  # another task renewed it while this one waited for the lock
            with transaction(self._engine) as other:
                run_sql(other, "whoop/grants/begin_refresh", **key)
            try:
                fresh = self._endpoint.refresh(pair.refresh_token)
            except PermanentError:
                with transaction(self._engine) as other:
                    run_sql(other, "whoop/grants/end_refresh", **key)
                raise
            except AthleteError as refusal:
                trouble = _explained(refusal, row.attempted_at if row else None)
                _mark(connection, key, trouble)
                run_sql(connection, "whoop/grants/end_refresh", **key)
            else:
                run_sql(connection, "whoop/grants/save", **key, **encrypted(fresh))
                run_sql(connection, "whoop/grants/end_refresh", **key)
                return fresh
        raise trouble


def rotate_keys(engine: Engine) -> int:
    """Encrypt every grant with the first key of ``WEARABLES_GRANT_KEYS``; returns how many."""
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
        raise ReconnectRequired("no grant is stored; let the athlete consent.")
    if row.state == "reconnect":
        raise ReconnectRequired(row.reason)
    if row.state == "inactive":
        raise MembershipInactive(row.reason)
    return decrypted(row)


def _is_due(pair: TokenPair, stale: str | None) -> bool:
    return pair.access_token == stale or pair.expires_within(EXPIRY_MARGIN)


def _explained(refusal: AthleteError, attempted_at: dt.datetime | None) -> AthleteError:
    if attempted_at is None:
        return refusal
    return ReconnectRequired(
        f"the refresh begun at {attempted_at:%Y-%m-%d %H:%M} UTC broke off before WHOOP's answer was saved, "
        "and WHOOP no longer accepts the grant; let the athlete consent again."
    )


def _mark(connection: Connection, key: dict, trouble: AthleteError) -> None:
    run_sql(connection, "whoop/grants/mark", **key, state=trouble.grant_state, reason=str(trouble))


def _token_hash(handed_in: str) -> str:
    return hashlib.sha256(handed_in.encode()).hexdigest()
