"""The result of *Validate credentials* on the pages, and of Airflow's connection test if it is enabled."""

from collections.abc import Iterator

from wearables.core.errors import PermanentError
from wearables.core.integrations import load_integrations
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop.credentials import Credentials, read_credentials


def describe_app(credentials: Credentials) -> str:
    """Describe an app whose credentials WHOOP has just accepted: how many of its grants are active."""
    with transaction(warehouse()) as connection:
        grants = run_sql(connection, "whoop/grants/count", integrations=list(_integrations_of(credentials))).one()
    accepted = f"{credentials.base_url} accepts the client id and secret"
    return f"{accepted}; {grants.active} of {grants.known} grants are active."


def _integrations_of(credentials: Credentials) -> Iterator[str]:
    """Yield the integrations that use the app. A connection under test has a temporary id, so compare the apps."""
    for integration in load_integrations():
        try:
            is_same = read_credentials(integration.connection).app == credentials.app
        except PermanentError:
            continue
        if is_same:
            yield integration.name
