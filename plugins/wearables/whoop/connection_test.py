"""How an app stands with WHOOP: behind the Test button of its connection, and *Validate credentials* of its page."""

from typing import TYPE_CHECKING

from wearables.core.errors import PermanentError
from wearables.core.integrations import load_integrations
from wearables.core.warehouse import run_sql, transaction, warehouse

if TYPE_CHECKING:
    from wearables.whoop.hook import WhoopHook


def standing(hook: "WhoopHook") -> str:
    """Prove client id and secret, without any athlete; says how many grants of the app are alive.

    Raises PermanentError when WHOOP does not know the app, SourceUnavailable or BudgetExhausted.
    """
    hook.token_endpoint.verify_client()
    with transaction(warehouse()) as connection:
        grants = run_sql(connection, "whoop/grants/count", integrations=_integrations_of(hook)).one()
    accepted = f"{hook.credentials.base_url} accepts the client id and secret"
    return f"{accepted}; {grants.alive} of {grants.known} grants are alive."


def _integrations_of(hook: "WhoopHook") -> list[str]:
    """The integrations that use the app: Airflow tests a connection under a made-up name, so they go by credentials."""
    names = []
    for integration in load_integrations():
        other = type(hook)(integration.connection)
        try:
            is_same = other.app == hook.app
        except PermanentError:
            continue
        if is_same:
            names.append(integration.name)
    return names
