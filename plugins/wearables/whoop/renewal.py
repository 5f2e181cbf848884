"""Renew the tokens of one athlete, one task at a time.

WHOOP rotates both tokens at each refresh and invalidates the old pair at once. So only the holder of a lease sends a
refresh token, the attempt is recorded before the request, and the new pair is committed before anyone uses it. No
transaction is open while WHOOP is asked, so its answer counts only if the pair that was sent is still the stored one.
"""

import datetime as dt
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from wearables.core.errors import (
    FreshTokenRejected,
    MembershipInactive,
    PermanentError,
    ReconnectRequired,
    SourceUnavailable,
    WarehouseUnavailable,
)
from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.oauth import TokenEndpoint, TokenPair
from wearables.whoop.refresh_lease import RefreshLease
from wearables.whoop.vault import decrypted, encrypted

# A page or a profile can take a minute to arrive, and the token must not expire before it does.
EXPIRY_MARGIN = dt.timedelta(minutes=2)
# While another task renews the token, look for its result this often and at most this long.
POLL_SECONDS = 0.1
LONGEST_POLL_SECONDS = 15 * 60
STILL_REJECTED = (
    "WHOOP rejects the access token (401), as it did a moment ago with one that it had just issued. The grant is kept. "
    "Check WHOOP's status page, and any proxy or firewall in between. Then run the pull again."
)

Key = Mapping[str, Any]


def needs_renewal(pair: TokenPair, stale: str | None) -> bool:
    """Return whether the access token is about to expire, or is the one that WHOOP has just rejected."""
    return pair.access_token == stale or pair.expires_within(EXPIRY_MARGIN)


class Renewal:
    """The stored token pair of one athlete, and how to renew it. ``key`` holds integration and athlete_id."""

    def __init__(self, engine: Engine, key: Key, endpoint: TokenEndpoint) -> None:
        self._engine = engine
        self._key = key
        self._endpoint = endpoint

    def valid_pair(self, stale: str | None) -> TokenPair:
        """Return the stored pair, renewed if it is about to expire or its access token is ``stale``: just rejected.

        While another task renews it, wait for the result. Raises ReconnectRequired or MembershipInactive if the grant
        cannot be used, and the errors of ``TokenEndpoint.refresh``.
        """
        deadline = time.monotonic() + LONGEST_POLL_SECONDS
        while True:
            with transaction(self._engine) as connection:
                pair = self._usable_pair(connection, stale)
                if needs_renewal(pair, stale):
                    # Wait for other tasks, then look again: one of them may have renewed it.
                    run_sql(connection, "whoop/grants/lock", **self._key)
                    pair = self._usable_pair(connection, stale)
                if not needs_renewal(pair, stale):
                    return pair
                lease = RefreshLease.take(connection, self._key)
            if lease is None:
                _wait(deadline)
            elif renewed := self._renewed(lease, pair):
                return renewed

    def _renewed(self, lease: RefreshLease, pair: TokenPair) -> TokenPair | None:
        """Renew the pair and save the new one. Return None if another pair has been stored in the meantime."""
        try:
            with lease.extended(self._engine):
                fresh = self._endpoint.refresh(pair.refresh_token)
        except ReconnectRequired as rejection:
            self._rejected(lease, pair, rejection)
            return None
        except PermanentError:
            with transaction(self._engine) as connection:
                lease.end(connection)
            raise
        except BaseException:
            with transaction(self._engine) as connection:
                lease.release(connection)
            raise
        return fresh if self._save(lease, pair, fresh) else None

    # If the new pair were lost, the athlete would have to consent again, so wait while the warehouse restarts.
    @retry(
        retry=retry_if_exception_type(WarehouseUnavailable),
        stop=stop_after_delay(60),
        wait=wait_fixed(1),
        reraise=True,
    )
    def _save(self, lease: RefreshLease, pair: TokenPair, fresh: TokenPair) -> bool:
        """Save the new pair in place of the one that was sent. Return whether that one was still stored."""
        with transaction(self._engine) as connection:
            is_current = self._is_stored(connection, pair)
            lease.end(connection)
            if is_current:
                run_sql(connection, "whoop/grants/save_refreshed", **self._key, **encrypted(fresh))
        return is_current

    def _rejected(self, lease: RefreshLease, pair: TokenPair, rejection: ReconnectRequired) -> None:
        """Mark the grant and raise, unless another task or a new consent may have replaced the pair that was sent."""
        error = _with_interruption(rejection, lease.interrupted_at)
        with transaction(self._engine) as connection:
            is_conclusive = self._is_stored(connection, pair) and lease.end(connection)
            if is_conclusive:
                run_sql(connection, "whoop/grants/mark_reconnect", **self._key, reason=str(error))
        if is_conclusive:
            raise error

    def _is_stored(self, connection: Connection, pair: TokenPair) -> bool:
        """Lock the grant and return whether this is its pair. Key rotation changes ciphertexts, so compare tokens."""
        run_sql(connection, "whoop/grants/lock", **self._key)
        row = self._read(connection)
        return row is not None and decrypted(row).refresh_token == pair.refresh_token

    def _read(self, connection: Connection) -> Row | None:
        return run_sql(connection, "whoop/grants/read", **self._key).one_or_none()

    def _usable_pair(self, connection: Connection, stale: str | None) -> TokenPair:
        row = self._read(connection)
        if row is None:
            raise ReconnectRequired("No grant is stored. Ask the athlete to consent.")
        if row.state == "reconnect":
            raise ReconnectRequired(row.reason)
        if not row.is_askable:
            raise MembershipInactive(row.reason)
        pair = decrypted(row)
        if row.is_refresh_paused and pair.access_token == stale and not pair.expires_within(EXPIRY_MARGIN):
            raise FreshTokenRejected(STILL_REJECTED)
        return pair


def _wait(deadline: float) -> None:
    """Wait while another task renews the token."""
    if time.monotonic() > deadline:
        raise SourceUnavailable("Another task is still waiting for WHOOP to renew the token. Run the pull again later.")
    time.sleep(POLL_SECONDS)


def _with_interruption(rejection: ReconnectRequired, interrupted_at: dt.datetime | None) -> ReconnectRequired:
    if interrupted_at is None:
        return rejection
    return ReconnectRequired(
        f"A refresh that began at {interrupted_at:%Y-%m-%d %H:%M} UTC was interrupted before WHOOP's answer was saved, "
        "and WHOOP no longer accepts the grant. Ask the athlete to consent again."
    )
