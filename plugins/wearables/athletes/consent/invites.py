"""Invitations: signed links that expire, work once, and let an athlete consent without an account here."""

import datetime as dt
import logging
from dataclasses import dataclass, field

from sqlalchemy import Connection

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.result_pages import ResultPage
from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration, load_integration
from wearables.core.schema import require_migrated
from wearables.core.settings import invite_days, public_url, redirect_url
from wearables.core.signing import fingerprint, new_secret, new_state, read_invite, sign_invite
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.credentials import Credentials
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import authorization_url

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invite:
    """A link for one athlete. The repr hides the link, because anyone who has it can use it."""

    url: str = field(repr=False)
    expires_at: dt.datetime


@dataclass(frozen=True)
class OpenInvite:
    """An invitation that has been neither used nor expired."""

    signed: str
    token: str = field(repr=False)
    integration: str
    collections: tuple[str, ...]
    expires_at: dt.datetime
    credentials: Credentials

    @property
    def whoop_url(self) -> str:
        """The base URL of WHOOP, where the athlete consents."""
        return self.credentials.base_url


def create_invite(integration_name: str, created_by: str, athlete_id: int | None = None) -> Invite:
    """Create an invitation. With ``athlete_id``, only this athlete, who must have enrolled before, can use it.

    Raises PermanentError if all member slots of the WHOOP app are in use or the athlete is unknown.
    """
    integration = load_integration(integration_name)
    token, expires_at = new_secret(), dt.datetime.now(dt.UTC) + dt.timedelta(days=invite_days())
    invite = Invite(f"{public_url()}/consent/{sign_invite(token)}", expires_at)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        _check_invitable(connection, integration, athlete_id)
        run_sql(
            connection,
            "athletes/consent/invite",
            token_hash=fingerprint(token),
            integration=integration.name,
            athlete_id=athlete_id,
            created_by=created_by,
            expires_at=expires_at,
        )
    log.info("%s created an invitation to %s, valid until %s", created_by, integration.name, f"{expires_at:%F %R} UTC")
    return invite


def used_slots(integration_name: str) -> tuple[int, int]:
    """Return how many member slots of the WHOOP app are in use, and how many there are."""
    integration = load_integration(integration_name)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        return len(_members(connection, integration)), integration.member_cap


def find_invite(signed: str) -> OpenInvite | ResultPage:
    """Return the invitation of a link, or the page that explains why it cannot be used."""
    token = read_invite(signed)
    if token is None:
        return result_pages.UNKNOWN
    with transaction(warehouse()) as connection:
        row = run_sql(connection, "athletes/consent/read", token_hash=fingerprint(token)).one_or_none()
    if row is None:
        return result_pages.UNKNOWN
    if row.is_used:
        return result_pages.USED
    if row.is_answered:
        return result_pages.FOLLOWS
    if row.is_expired:
        return result_pages.EXPIRED
    integration = load_integration(row.integration)
    credentials = WhoopHook(integration.connection).credentials
    return OpenInvite(signed, token, integration.name, tuple(integration.collections), row.expires_at, credentials)


def begin(invite: OpenInvite, browser: str) -> str:
    """Start an OAuth attempt in this browser and return the URL at WHOOP where the athlete consents.

    If the invitation has been answered in the meantime, WHOOP's answer to this attempt will not be accepted.
    """
    state = new_state()
    with transaction(warehouse()) as connection:
        run_sql(
            connection,
            "athletes/consent/begin",
            token_hash=fingerprint(invite.token),
            state_hash=fingerprint(state),
            browser_hash=fingerprint(browser),
        )
    return authorization_url(invite.credentials, redirect_url(), state, invite.collections)


def _members(connection: Connection, integration: Integration) -> set[int]:
    return set(run_sql(connection, "athletes/consent/members", integration=integration.name).scalars())


def _check_invitable(connection: Connection, integration: Integration, athlete_id: int | None) -> None:
    members = _members(connection, integration)
    if athlete_id is not None:
        athletes = run_sql(connection, "whoop/grants/athletes", integration=integration.name).all()
        if athlete_id not in {row.athlete_id for row in athletes}:
            raise PermanentError(
                f"Unknown athlete {athlete_id}. Run `bin/wearables athletes {integration.name}` to list all athletes."
            )
    if athlete_id not in members and len(members) >= integration.member_cap:
        raise PermanentError(
            f"All {integration.member_cap} member slots of {integration.name} are in use. Offboard an athlete, or ask "
            f"WHOOP for more slots and raise `member_cap` in {integration.name}.yaml."
        )
