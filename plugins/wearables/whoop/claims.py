"""Token pairs whose athlete is not known yet, kept in ``vault.unclaimed_grants``.

WHOOP accepts a code or a refresh token only once. So the pair that it returns is stored before the athlete's profile is
requested. If the enrolment is interrupted in between, the next attempt continues with the stored pair.
"""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, Engine

from wearables.core.signing import fingerprint
from wearables.core.warehouse import run_sql, transaction
from wearables.whoop.oauth import TokenEndpoint, TokenPair
from wearables.whoop.renewal import EXPIRY_MARGIN
from wearables.whoop.vault import decrypted, encrypted


class Claims:
    """The unclaimed pairs of one integration."""

    def __init__(self, engine: Engine, integration: str, endpoint: TokenEndpoint) -> None:
        self._engine = engine
        self._integration = integration
        self._endpoint = endpoint

    def claim(self, credential: str, exchange: Callable[[str], TokenPair]) -> TokenPair:
        """Exchange a refresh token or code for a pair, and keep the pair until its athlete is known.

        If an earlier enrolment was interrupted after the exchange, return its pair. No connection to the warehouse is
        held while WHOOP answers.
        """
        key = {"integration": self._integration, "token_hash": fingerprint(credential)}
        with transaction(self._engine) as connection:
            kept = run_sql(connection, "whoop/grants/read_unclaimed", **key).one_or_none()
        pair = decrypted(kept) if kept else exchange(credential)
        if kept and not pair.expires_within(EXPIRY_MARGIN):
            return pair
        if kept:
            # A refresh may answer with fewer scopes than the athlete has allowed.
            pair = replace(self._endpoint.refresh(pair.refresh_token), scopes=pair.scopes)
        with transaction(self._engine) as connection:
            run_sql(connection, "whoop/grants/keep_unclaimed", **key, **encrypted(pair))
        return pair

    def discard(self, connection: Connection, credential: str) -> None:
        """Delete the pair that ``claim`` kept: it has been saved for its athlete, or is not needed."""
        key = {"integration": self._integration, "token_hash": fingerprint(credential)}
        run_sql(connection, "whoop/grants/drop_unclaimed", **key)
