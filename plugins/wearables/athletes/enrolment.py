"""Enrolment: store the grant of an athlete who has consented."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from sqlalchemy import Connection

from wearables.core.errors import PermanentError
from wearables.core.integrations import load_integration
from wearables.core.priority import Priority
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.claims import Claims
from wearables.whoop.client import Profile
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import TokenPair


@dataclass(frozen=True)
class Athlete:
    """A WHOOP member who has consented."""

    athlete_id: int
    name: str


def enrol(integration_name: str, refresh_token: str) -> Athlete:
    """Exchange a refresh token for a token pair, ask WHOOP whose it is, and store athlete and grant.

    Raises PermanentError, ReconnectRequired if the token is invalid or was used, SourceUnavailable or BudgetExhausted.
    """
    token = refresh_token.strip()
    if not token:
        raise PermanentError("No refresh token was given. Pass it on stdin.")
    integration = load_integration(integration_name)
    engine = warehouse()
    with transaction(engine) as connection:
        require_migrated(connection)
    with closing(WhoopHook(integration.connection, Priority.CONSENT)) as hook:
        grants = Grants(engine, integration.name, hook.token_endpoint)
        claims = Claims(engine, integration.name, hook.token_endpoint)
        pair = claims.claim(token, hook.token_endpoint.refresh)
        profile = profile_of(hook, pair)
    with transaction(engine) as connection:
        athlete = save(connection, integration.name, profile)
        is_erased = _remove_if_erased(connection, integration.name, athlete)
        if not is_erased:
            grants.save(connection, athlete.athlete_id, pair)
            # A refresh may return fewer scopes than were granted. If it names no collection, pull all of them.
            collections = pair.collections or None
            run_sql(
                connection,
                "whoop/grants/save_collections",
                integration=integration.name,
                athlete_id=athlete.athlete_id,
                collections=collections,
            )
        claims.discard(connection, token)
    if is_erased:
        raise PermanentError(
            f"Athlete {athlete.athlete_id} was erased from {integration.name} and must consent again to be enrolled. "
            f"Run `bin/wearables enroll {integration.name} --invite` to create an invitation."
        )
    return athlete


def not_granted(asked: Iterable[str], granted: Sequence[str] | None) -> list[str]:
    """Return the collections that an athlete did not allow; ``granted`` is None if that is not known."""
    return [] if granted is None else [each for each in asked if each not in granted]


def profile_of(hook: WhoopHook, pair: TokenPair) -> Profile:
    """Ask WHOOP whose token pair it is."""
    return hook.client(lambda stale=None: pair.access_token).profile()


def save(connection: Connection, integration: str, profile: Profile) -> Athlete:
    """Insert or update the athlete and clear an earlier offboarding."""
    first_name, last_name = profile.first_name or "", profile.last_name or ""
    run_sql(
        connection,
        "whoop/grants/save_athlete",
        integration=integration,
        athlete_id=profile.user_id,
        first_name=first_name,
        last_name=last_name,
    )
    return Athlete(profile.user_id, f"{first_name} {last_name}".strip())


def _remove_if_erased(connection: Connection, integration: str, athlete: Athlete) -> bool:
    """Return whether the athlete was erased. If so, delete the row that ``save`` has written.

    Call it after ``save``, which waits for an erasure in progress.
    """
    key = {"integration": integration, "athlete_id": athlete.athlete_id}
    is_erased = bool(run_sql(connection, "athletes/erase/is_erased", **key).scalar())
    if is_erased:
        run_sql(connection, "athletes/erase/rows", **key)
    return is_erased
