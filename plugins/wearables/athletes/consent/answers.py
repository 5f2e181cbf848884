"""WHOOP's answers to invitations. Each is kept in ``vault.invites`` until it is used or refused.

    begun ── receive ──> kept ── claim ──> attempted ── accept ──> used
                          ^                 │     │
                          └──── postpone ───┘     └── refuse ──> the invitation can be used again

Every arrow is one short transaction. Between two of them, an attempt asks WHOOP and holds no connection to the
warehouse. If the process dies, its claim expires.
"""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection, Row

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.result_pages import ResultPage
from wearables.core.signing import fingerprint, is_state
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.vault import decrypt, encrypt

DENIED = "access_denied"
# Longer than the two requests of an attempt, each of which may take 70 seconds.
CLAIM_SECONDS = 150


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


@dataclass(frozen=True)
class Claimed:
    """An answer that nobody else attempts until ``due_at``."""

    token_hash: str
    integration: str
    athlete_id: int | None
    encrypted_code: bytes
    answered_at: dt.datetime
    due_at: dt.datetime

    @property
    def code(self) -> str:
        """The code to redeem at WHOOP. Raises PermanentError if no grant key decrypts it."""
        return decrypt(self.encrypted_code)


def receive(answer: AuthorizationResponse, browser: str) -> Claimed | ResultPage:
    """Keep and claim an answer that a browser delivers, or return the page that explains why it cannot be attempted.

    An answer that arrives again is not kept twice. It is attempted again if its last attempt has ended.
    """
    if not answer.state or not (answer.code or answer.error):
        return result_pages.NO_ANSWER
    if not is_state(answer.state):
        return result_pages.REPLAYED
    with transaction(warehouse()) as connection:
        row = run_sql(connection, "athletes/consent/find_answered", state_hash=fingerprint(answer.state)).one_or_none()
        if row is None:
            return result_pages.REPLAYED
        if row.browser_hash != fingerprint(browser):
            return result_pages.OTHER_BROWSER
        if row.is_used:
            return result_pages.connected(row.integration)
        if not row.is_answered:
            if rejected := _rejected(row, answer):
                _forget(connection, row.token_hash, None, None)
                return rejected
            run_sql(connection, "athletes/consent/keep_code", token_hash=row.token_hash, code=encrypt(answer.code))
        claimed = _claim(connection, row.integration, 1, row.token_hash)
    return claimed[0] if claimed else result_pages.FOLLOWS


def claim_due(integration: str, max_rows: int) -> list[Claimed]:
    """Claim answers that may be attempted now."""
    with transaction(warehouse()) as connection:
        return _claim(connection, integration, max_rows)


def postpone(claimed: Claimed, seconds: float, problem: str) -> None:
    """Keep a claimed answer for a later attempt."""
    with transaction(warehouse()) as connection:
        run_sql(
            connection,
            "athletes/consent/postpone",
            token_hash=claimed.token_hash,
            due_at=claimed.due_at,
            seconds=seconds,
            problem=problem,
        )


def refuse(connection: Connection, claimed: Claimed, problem: str) -> None:
    """Forget a claimed answer, so that its invitation can be used again."""
    _forget(connection, claimed.token_hash, claimed.due_at, problem)


def _rejected(row: Row, answer: AuthorizationResponse) -> ResultPage | None:
    if not row.is_fresh:
        return result_pages.OTHER_BROWSER
    if row.is_expired:
        return result_pages.EXPIRED
    if answer.error:
        return result_pages.DECLINED if answer.error == DENIED else result_pages.WHOOP_ERROR
    return None


def _claim(connection: Connection, integration: str, max_rows: int, token_hash: str | None = None) -> list[Claimed]:
    rows = run_sql(
        connection,
        "athletes/consent/claim",
        integration=integration,
        token_hash=token_hash,
        max_rows=max_rows,
        claim_seconds=CLAIM_SECONDS,
    )
    return [
        Claimed(row.token_hash, row.integration, row.athlete_id, bytes(row.code), row.answered_at, row.due_at)
        for row in rows
    ]


def _forget(connection: Connection, token_hash: str, due_at: dt.datetime | None, problem: str | None) -> None:
    run_sql(connection, "athletes/consent/refuse", token_hash=token_hash, due_at=due_at, problem=problem)
