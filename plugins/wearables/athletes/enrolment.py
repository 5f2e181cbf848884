"""An athlete's consent becomes a stored grant."""

from dataclasses import dataclass

from sqlalchemy import Connection

from wearables.core.errors import PermanentError
from wearables.core.integrations import load_integration
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.client import Profile
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import TokenPair


@dataclass(frozen=True)
class Athlete:
    """One WHOOP member who consented."""

    athlete_id: int
    name: str


def enroll(integration_name: str, refresh_token: str) -> Athlete:
    """Trade a refresh token for a pair, ask WHOOP whose it is, and store both.

    Raises PermanentError, ReconnectRequired (the token is spent or unknown), SourceUnavailable or BudgetExhausted.
    """
    handed_in = refresh_token.strip()
    if not handed_in:
        raise PermanentError("No refresh token was given; pass it on stdin.")
    integration = load_integration(integration_name)
    hook = WhoopHook(integration.connection)
    engine = warehouse()
    with transaction(engine) as connection:
        require_migrated(connection)
    grants = Grants(engine, integration.name, hook.token_endpoint)
    try:
        pair = grants.claim(handed_in, hook.token_endpoint.refresh)
        profile = profile_of(hook, pair)
    finally:
        hook.close()
    with transaction(engine) as connection:
        athlete = save(connection, integration.name, profile)
        is_erased = _is_erased(connection, integration.name, athlete)
        if not is_erased:
            grants.save(connection, athlete.athlete_id, pair)
        grants.claimed(connection, handed_in)
    if is_erased:
        raise PermanentError(
            f"Athlete {athlete.athlete_id} was erased from {integration.name}; only their own consent brings them "
            f"back: `bin/wearables enroll {integration.name} --invite`."
        )
    return athlete


def profile_of(hook: WhoopHook, pair: TokenPair) -> Profile:
    """Ask WHOOP whose pair it is."""
    return hook.client(lambda stale=None: pair.access_token).profile()


def save(connection: Connection, integration: str, profile: Profile) -> Athlete:
    """Put the athlete on the roster, for the first time or again."""
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


def _is_erased(connection: Connection, integration: str, athlete: Athlete) -> bool:
    """Whether the athlete must not be enrolled; then the row just written, which waited for any erasure, goes again."""
    key = {"integration": integration, "athlete_id": athlete.athlete_id}
    is_erased = bool(run_sql(connection, "athletes/erase/is_erased", **key).scalar())
    if is_erased:
        run_sql(connection, "athletes/erase/rows", **key)
    return is_erased
