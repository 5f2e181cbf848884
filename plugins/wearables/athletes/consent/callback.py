"""WHOOP's answer to a request for consent, however it reached us, becomes an enrolment or a reason why not."""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, Row

from wearables.athletes.consent import result_pages as outcomes
from wearables.athletes.consent.result_pages import Outcome
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
class Answer:
    """What WHOOP put into the address to which it sent the athlete back."""

    state: str
    code: str = ""
    error: str = ""

    @classmethod
    def in_address(cls, address: str) -> "Answer":
        """The answer in an address that was pasted; the address itself is never visited."""
        try:
            query = parse_qs(urlsplit(address.strip()).query)
        except ValueError:
            query = {}
        return cls(*(query.get(name, [""])[0] for name in ("state", "code", "error")))


def conclude(answer: Answer, browser: str) -> Outcome:
    """Handle an answer that came from this browser.

    The invite stays locked meanwhile: an answer counts once. It is forgotten when its outcome is certain; should WHOOP
    or the warehouse fail before that, WearablesError is raised and the same answer may be sent again.
    """
    if not answer.state or not (answer.code or answer.error):
        return outcomes.NO_ANSWER
    with transaction(warehouse()) as connection:
        invite = run_sql(connection, "athletes/consent/lock", state_hash=fingerprint(answer.state)).one_or_none()
        if invite is None:
            return outcomes.REPLAYED
        if invite.browser_hash != fingerprint(browser) or not invite.is_fresh:
            return outcomes.OTHER_BROWSER
        outcome = _outcome(connection, invite, answer)
        run_sql(connection, "athletes/consent/answered", token_hash=invite.token_hash)
    log.info("invite to %s: %s", invite.integration, outcome.title)
    return outcome


def _outcome(connection: Connection, invite: Row, answer: Answer) -> Outcome:
    if invite.is_expired:
        return outcomes.EXPIRED
    if answer.error:
        return outcomes.REFUSED if answer.error == DENIED else outcomes.WHOOP_REFUSED
    hook = WhoopHook(load_integration(invite.integration).connection)
    try:
        return _Consent(connection, invite, hook).accept(answer.code)
    finally:
        hook.close()


class _Consent:
    """An athlete who has agreed at WHOOP; what is left is to find out who, and whether all is as it should be."""

    def __init__(self, connection: Connection, invite: Row, hook: WhoopHook) -> None:
        self._connection = connection
        self._invite = invite
        self._hook = hook
        self._grants = Grants(warehouse(), invite.integration, hook.token_endpoint)

    def accept(self, code: str) -> Outcome:
        try:
            pair = self._grants.claim(code, lambda code: self._hook.token_endpoint.redeem(code, redirect_url()))
        except ReconnectRequired:
            return outcomes.SPENT_CODE
        outcome = self._judge(pair)
        self._grants.claimed(self._connection, code)
        return outcome

    def _judge(self, pair: TokenPair) -> Outcome:
        if pair.lost_scopes:
            return outcomes.lost_scopes(pair.lost_scopes, self._withdraw(pair))
        profile = profile_of(self._hook, pair)
        key = {"integration": self._invite.integration, "athlete_id": profile.user_id}
        known: Any = run_sql(self._connection, "whoop/grants/read", **key).one_or_none()
        if self._invite.athlete_id not in (None, profile.user_id):
            # Of an athlete who is enrolled, the withdrawal would end that grant, too.
            if known is None:
                self._withdraw(pair)
            return outcomes.WRONG_ACCOUNT
        athlete = save(self._connection, self._invite.integration, profile)
        run_sql(self._connection, "athletes/erase/lift", **key)
        self._grants.save(self._connection, athlete.athlete_id, pair)
        run_sql(
            self._connection,
            "athletes/consent/accept",
            token_hash=self._invite.token_hash,
            athlete_id=athlete.athlete_id,
        )
        return outcomes.connected(self._invite.integration, is_renewed=known is not None)

    def _withdraw(self, pair: TokenPair) -> bool:
        """End at WHOOP what will not be used; whether WHOOP confirmed it."""
        try:
            self._hook.client(lambda stale=None: pair.access_token).revoke_access()
        except ReconnectRequired:
            return True  # the grant is dead already
        except WearablesError as error:
            log.warning("a grant that is not wanted could not be withdrawn: %s", error)
            return False
        return True
