"""The grants of an integration's athletes: stored in ``vault.grants``, renewed one at a time.

WHOOP rotates both tokens at each refresh and invalidates the old pair at once. So only the holder of a lease sends a
refresh token, the attempt is recorded before the request, and the new pair is committed before anyone uses it. Each
transaction ends before WHOOP is asked. So WHOOP's answer counts only if the pair that was sent is still the stored one.
"""

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row

from wearables.core.errors import (
    FreshTokenRejected,
    MembershipInactive,
    PermanentError,
    ReconnectRequired,
    SourceUnavailable,
)
from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.client import Tokens
from wearables.whoop.oauth import TokenEndpoint, TokenPair
from wearables.whoop.refresh_lease import RefreshLease
from wearables.whoop.vault import cipher, decrypted, encrypted

# A page can take a minute to arrive, and the token must not expire before it does.
EXPIRY_MARGIN = dt.timedelta(minutes=2)
# While another task renews the token, look for its result this often and at most this long.
POLL_SECONDS = 0.1
LONGEST_POLL_SECONDS = 15 * 60

Key = Mapping[str, Any]


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

    def is_inactive(self, athlete_id: int) -> bool:
        """Return whether the membership is known to be inactive."""
        row = self._read(self._key(athlete_id))
        return row is not None and row.state == "inactive"

    def mark_inactive(self, athlete_id: int, reason: str) -> None:
        """Record that WHOOP calls the membership inactive. From then on, WHOOP is asked once a day."""
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

    def claim(self, credential: str, exchange: Callable[[str], TokenPair]) -> TokenPair:
        """Exchange a refresh token or code for a pair, and keep the pair until its athlete is known.

        If an earlier enrolment was interrupted after the exchange, its pair is returned.
        """
        key = {"integration": self._integration, "token_hash": _token_hash(credential)}
        with transaction(self._engine) as connection:
            kept = run_sql(connection, "whoop/grants/read_unclaimed", **key).one_or_none()
        pair = decrypted(kept) if kept else exchange(credential)
        if kept and pair.expires_within(EXPIRY_MARGIN):
            pair = self._endpoint.refresh(pair.refresh_token)
        with transaction(self._engine) as connection:
            run_sql(connection, "whoop/grants/keep_unclaimed", **key, **encrypted(pair))
        return pair

    def discard_claim(self, connection: Connection, credential: str) -> None:
        """Delete the pair that ``claim`` kept: it has been saved for its athlete, or nobody needs it."""
        run_sql(
            connection,
            "whoop/grants/drop_unclaimed",
            integration=self._integration,
            token_hash=_token_hash(credential),
        )

    def _key(self, athlete_id: int) -> Key:
        return {"integration": self._integration, "athlete_id": athlete_id}

    def _read(self, key: Key) -> Row | None:
        with transaction(self._engine) as connection:
            return run_sql(connection, "whoop/grants/read", **key).one_or_none()

    def _run(self, name: str, athlete_id: int, **parameters: Any) -> None:
        with transaction(self._engine) as connection:
            run_sql(connection, f"whoop/grants/{name}", **self._key(athlete_id), **parameters)

    def _valid_pair(self, athlete_id: int, stale: str | None) -> TokenPair:
        """Return a stored pair that can be used, or renew it. While another task does that, wait for its result."""
        key = self._key(athlete_id)
        pair = _usable_pair(self._read(key), stale)
        deadline = time.monotonic() + LONGEST_POLL_SECONDS
        while _needs_renewal(pair, stale):
            with transaction(self._engine) as connection:
                pair = _usable_pair(_locked(connection, key), stale)
                lease = RefreshLease.take(connection, key) if _needs_renewal(pair, stale) else None
            if lease:
                return self._renewed(lease, pair) or self._valid_pair(athlete_id, stale)
            if _needs_renewal(pair, stale):
                _wait(deadline)
        return pair

    def _renewed(self, lease: RefreshLease, pair: TokenPair) -> TokenPair | None:
        """Renew the pair and save the new one. Return None if another pair has been stored in the meantime."""
        try:
            with lease.extended(self._engine):
                fresh = self._endpoint.refresh(pair.refresh_token)
        except ReconnectRequired as rejection:
            return self._rejected(lease, pair, rejection)
        except PermanentError:
            with transaction(self._engine) as connection:
                lease.end(connection)
            raise
        except BaseException:
            with transaction(self._engine) as connection:
                lease.release(connection)
            raise
        with transaction(self._engine) as connection:
            is_current = _is_stored(connection, lease.key, pair)
            lease.end(connection)
            if is_current:
                run_sql(connection, "whoop/grants/save_refreshed", **lease.key, **encrypted(fresh))
        return fresh if is_current else None

    def _rejected(self, lease: RefreshLease, pair: TokenPair, rejection: ReconnectRequired) -> None:
        """Mark the grant and raise, unless another task or a new consent may have replaced the pair that was sent."""
        error = _with_interruption(rejection, lease.interrupted_at)
        with transaction(self._engine) as connection:
            is_conclusive = _is_stored(connection, lease.key, pair) and lease.end(connection)
            if is_conclusive:
                run_sql(connection, "whoop/grants/mark_reconnect", **lease.key, reason=str(error))
        if is_conclusive:
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


def _locked(connection: Connection, key: Key) -> Row | None:
    # A lock that had to wait would still return the row as it was before.
    run_sql(connection, "whoop/grants/lock", **key)
    return run_sql(connection, "whoop/grants/read", **key).one_or_none()


def _is_stored(connection: Connection, key: Key, pair: TokenPair) -> bool:
    row = _locked(connection, key)
    return row is not None and decrypted(row).refresh_token == pair.refresh_token


def _usable_pair(row: Row | None, stale: str | None) -> TokenPair:
    """Return the pair of a grant. ``stale`` is an access token that WHOOP has just rejected."""
    if row is None:
        raise ReconnectRequired("No grant is stored. Ask the athlete to consent.")
    if row.state == "reconnect":
        raise ReconnectRequired(row.reason)
    if not row.is_askable:
        raise MembershipInactive(row.reason)
    pair = decrypted(row)
    if row.is_refresh_paused and pair.access_token == stale and not pair.expires_within(EXPIRY_MARGIN):
        raise FreshTokenRejected(
            "WHOOP rejects the access token (401), as it did a moment ago with one that it had just issued. The grant "
            "is kept. Check WHOOP's status page, and any proxy or firewall in between. Then run the pull again."
        )
    return pair


def _needs_renewal(pair: TokenPair, stale: str | None) -> bool:
    return pair.access_token == stale or pair.expires_within(EXPIRY_MARGIN)


def _wait(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise SourceUnavailable("Another task has been waiting for WHOOP to renew the token. Run the pull again.")
    time.sleep(POLL_SECONDS)


def _with_interruption(rejection: ReconnectRequired, interrupted_at: dt.datetime | None) -> ReconnectRequired:
    if interrupted_at is None:
        return rejection
    return ReconnectRequired(
        f"A refresh that began at {interrupted_at:%Y-%m-%d %H:%M} UTC was interrupted before WHOOP's answer was saved, "
        "and WHOOP no longer accepts the grant. Ask the athlete to consent again."
    )


def _token_hash(credential: str) -> str:
    return hashlib.sha256(credential.encode()).hexdigest()
