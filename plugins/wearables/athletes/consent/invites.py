"""Invites: signed links, good once and for a while, that let an athlete consent without a login."""

import datetime as dt
import logging
from dataclasses import dataclass, field

from sqlalchemy import Connection

from wearables.athletes.consent import result_pages as outcomes
from wearables.athletes.consent.result_pages import Outcome
from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration, load_integration
from wearables.core.schema import require_migrated
from wearables.core.settings import invite_days, public_url, redirect_url
from wearables.core.signing import fingerprint, new_secret, read_invite, sign_invite
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.credentials import Credentials
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import authorization_url

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invite:
    """A link for one athlete. Its repr does not show the link, for whoever has it may use it."""

    url: str = field(repr=False)
    expires_at: dt.datetime


@dataclass(frozen=True)
class OpenInvite:
    """An invite that an athlete may use, as its page shows it."""

    signed: str
    token: str = field(repr=False)
    integration: str
    expires_at: dt.datetime
    credentials: Credentials

    @property
    def whoop_url(self) -> str:
        """Where the athlete will consent."""
        return self.credentials.base_url


def create_invite(integration_name: str, created_by: str, athlete_id: int | None = None) -> Invite:
    """Make a link; with ``athlete_id`` only that athlete, who is known already, can use it.

    Raises PermanentError when every slot of the WHOOP app is used, or the athlete is not known.
    """
    integration = load_integration(integration_name)
    token, expires_at = new_secret(), dt.datetime.now(dt.UTC) + dt.timedelta(days=invite_days())
    invite = Invite(f"{public_url()}/consent/{sign_invite(token)}", expires_at)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        _refuse_beyond_cap(connection, integration, athlete_id)
        run_sql(
            connection,
            "athletes/consent/invite",
            token_hash=fingerprint(token),
            integration=integration.name,
            athlete_id=athlete_id,
            created_by=created_by,
            expires_at=expires_at,
        )
    log.info("%s made an invite to %s, good until %s", created_by, integration.name, f"{expires_at:%Y-%m-%d %H:%M} UTC")
    return invite


def used_slots(integration_name: str) -> tuple[int, int]:
    """How many athletes have a grant, and how many the WHOOP app may serve."""
    integration = load_integration(integration_name)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        return len(_members(connection, integration)), integration.member_cap


def find_invite(signed: str) -> OpenInvite | Outcome:
    """The invite of a link, or why it cannot be used."""
    token = read_invite(signed)
    if token is None:
        return outcomes.UNKNOWN
    with transaction(warehouse()) as connection:
        row = run_sql(connection, "athletes/consent/read", token_hash=fingerprint(token)).one_or_none()
    if row is None:
        return outcomes.UNKNOWN
    if row.is_used:
        return outcomes.USED
    if row.is_expired:
        return outcomes.EXPIRED
    credentials = WhoopHook(load_integration(row.integration).connection).credentials
    return OpenInvite(signed, token, row.integration, row.expires_at, credentials)


def begin(invite: OpenInvite, browser: str) -> str:
    """Await an answer to this browser; returns the address at WHOOP where the athlete consents."""
    state = new_secret()
    with transaction(warehouse()) as connection:
        run_sql(
            connection,
            "athletes/consent/begin",
            token_hash=fingerprint(invite.token),
            state_hash=fingerprint(state),
            browser_hash=fingerprint(browser),
        )
    return authorization_url(invite.credentials, redirect_url(), state)


def _members(connection: Connection, integration: Integration) -> set[int]:
    return set(run_sql(connection, "athletes/consent/members", integration=integration.name).scalars())


def _refuse_beyond_cap(connection: Connection, integration: Integration, athlete_id: int | None) -> None:
    members = _members(connection, integration)
    if athlete_id is not None:
        known = run_sql(connection, "whoop/grants/roster", integration=integration.name).all()
        if athlete_id not in {row.athlete_id for row in known}:
            raise PermanentError(
                f"Unknown athlete {athlete_id}; `bin/wearables athletes {integration.name}` lists all."
            )
    if athlete_id not in members and len(members) >= integration.member_cap:
        raise PermanentError(
            f"All {integration.member_cap} slots of {integration.name} are used; offboard an athlete, or ask WHOOP "
            f"for more and raise `member_cap` in {integration.name}.yaml."
        )
