"""An athlete's consent becomes a stored grant."""

from dataclasses import dataclass

from wearables.errors import Refused
from wearables.integrations import load_integration
from wearables.migrations import require_migrated
from wearables.warehouse import run_sql, transaction, warehouse
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook


@dataclass(frozen=True)
class Athlete:
    """One WHOOP member who consented."""

    athlete_id: int
    name: str


def enroll(integration_name: str, refresh_token: str) -> Athlete:
    """Trade a refresh token for a pair, ask WHOOP whose it is, and store both.

    Raises Refused, Reconnect (the token is spent or unknown), WhoopUnavailable or BudgetSpent.
    """
    if not refresh_token.strip():
        raise Refused("No refresh token was given; pass it on stdin.")
    integration = load_integration(integration_name)
    hook = WhoopHook(integration.connection)
    engine = warehouse()
    with transaction(engine) as connection:
        require_migrated(connection)
    grants = Grants(engine, integration.name, hook.token_endpoint)
    try:
        pair = grants.claim(refresh_token.strip())
        profile = hook.client(lambda stale=None: pair.access_token).profile()
    finally:
        hook.close()
    first_name, last_name = profile.first_name or "", profile.last_name or ""
    with transaction(engine) as connection:
        run_sql(
            connection,
            "grants/save_athlete",
            integration=integration.name,
            athlete_id=profile.user_id,
            first_name=first_name,
            last_name=last_name,
        )
        grants.save(connection, profile.user_id, pair)
        grants.claimed(connection, refresh_token.strip())
    return Athlete(profile.user_id, f"{first_name} {last_name}".strip())
