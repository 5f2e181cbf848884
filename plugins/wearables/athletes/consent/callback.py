"""The OAuth callback: enrol the athlete according to WHOOP's answer, or explain why that is not possible."""

import logging
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, Row

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.result_pages import ResultPage
from wearables.athletes.enrolment import profile_of, save
from wearables.core.errors import ReconnectRequired, WearablesError
from wearables.core.integrations import load_integration
from wearables.core.settings import redirect_url
from wearables.core.signing import fingerprint
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import TokenPair

log = logging.getLogger(__name__)

DENIED = "access_denied"


@dataclass(frozen=True)
class AuthorizationResponse:
    """WHOOP's answer: the query parameters of its redirect (RFC 6749, 4.1.2)."""

    state: str
    code: str = ""
    error: str = ""

    @classmethod
    def from_address(cls, address: str) -> "AuthorizationResponse":
        """Read the answer from a pasted address. The address itself is never requested."""
        try:
            query = parse_qs(urlsplit(address.strip()).query)
        except ValueError:
            query = {}
        return cls(*(query.get(name, [""])[0] for name in ("state", "code", "error")))


def complete(answer: AuthorizationResponse, browser: str) -> ResultPage:
    """Handle WHOOP's answer, which a browser delivers, and return the page that ends the consent.

    The invitation is locked meanwhile, so that an answer is handled once. If WHOOP or the warehouse fails, raises
    WearablesError and keeps the state, so that the athlete can load the same address again.
    """
    if not answer.state or not (answer.code or answer.error):
        return result_pages.NO_ANSWER
    with transaction(warehouse()) as connection:
        invite = run_sql(connection, "athletes/consent/lock", state_hash=fingerprint(answer.state)).one_or_none()
        if invite is None:
            return result_pages.REPLAYED
        if invite.browser_hash != fingerprint(browser) or not invite.is_fresh:
            return result_pages.OTHER_BROWSER
        result = _result(connection, invite, answer)
        run_sql(connection, "athletes/consent/forget_state", token_hash=invite.token_hash)
    log.info("Invitation to %s: %s", invite.integration, result.title)
    return result


def _result(connection: Connection, invite: Row, answer: AuthorizationResponse) -> ResultPage:
    if invite.is_expired:
        return result_pages.EXPIRED
    if answer.error:
        return result_pages.DECLINED if answer.error == DENIED else result_pages.WHOOP_ERROR
    with closing(WhoopHook(load_integration(invite.integration).connection)) as hook:
        return _Consent(connection, invite, hook).accept(answer.code)


class _Consent:
    """The consent of an athlete who has agreed at WHOOP, to be accepted if scopes and athlete match the invitation."""

    def __init__(self, connection: Connection, invite: Row, hook: WhoopHook) -> None:
        self._connection = connection
        self._invite = invite
        self._hook = hook
        self._grants = Grants(warehouse(), invite.integration, hook.token_endpoint)

    def accept(self, code: str) -> ResultPage:
        try:
            pair = self._grants.claim(code, lambda code: self._hook.token_endpoint.redeem(code, redirect_url()))
        except ReconnectRequired:
            return result_pages.SPENT_CODE
        result = self._enrol(pair)
        self._grants.discard_claim(self._connection, code)
        return result

    def _enrol(self, pair: TokenPair) -> ResultPage:
        if pair.lost_scopes:
            return result_pages.lost_scopes(pair.lost_scopes, self._withdraw(pair))
        profile = profile_of(self._hook, pair)
        key = {"integration": self._invite.integration, "athlete_id": profile.user_id}
        stored: Any = run_sql(self._connection, "whoop/grants/read", **key).one_or_none()
        if self._invite.athlete_id not in (None, profile.user_id):
            # If this athlete is enrolled, revoking the new grant would also end the stored one.
            if stored is None:
                self._withdraw(pair)
            return result_pages.WRONG_ACCOUNT
        athlete = save(self._connection, self._invite.integration, profile)
        run_sql(self._connection, "athletes/erase/lift", **key)
        self._grants.save(self._connection, athlete.athlete_id, pair)
        run_sql(
            self._connection,
            "athletes/consent/accept",
            token_hash=self._invite.token_hash,
            athlete_id=athlete.athlete_id,
        )
        return result_pages.connected(self._invite.integration, is_renewed=stored is not None)

    def _withdraw(self, pair: TokenPair) -> bool:
        """Revoke an unused grant at WHOOP and return whether WHOOP confirmed it."""
        try:
            self._hook.client(lambda stale=None: pair.access_token).revoke_access()
        except ReconnectRequired:
            return True  # the grant has already ended
        except WearablesError as error:
            log.warning("An unused grant could not be revoked: %s", error)
            return False
        return True
