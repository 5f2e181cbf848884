"""The Airflow hook: it creates clients from a connection of type ``whoop``."""

from functools import cached_property

from airflow.sdk import BaseHook

from wearables.core.errors import WearablesError
from wearables.core.priority import Priority
from wearables.core.warehouse import warehouse
from wearables.whoop.budget import LONGEST_WAIT_SECONDS, Budget
from wearables.whoop.client import Tokens, WhoopClient
from wearables.whoop.connection_test import describe_app
from wearables.whoop.credentials import Credentials, read_credentials
from wearables.whoop.oauth import TokenEndpoint
from wearables.whoop.transport import ATTEMPTS, HttpTransport
from wearables.whoop.waits import Waits

HURRIED_WAIT_SECONDS = 3
HURRIED_ATTEMPTS = 2


class WhoopHook(BaseHook):
    """Clients of one WHOOP app.

    Connection: login = client id, password = client secret, host = base URL. A hook is cheap to construct, because it
    reads the connection on first use. If ``is_hurried``, because somebody is waiting for a page, requests fail after
    seconds instead of minutes.
    """

    conn_name_attr = "whoop_conn_id"
    default_conn_name = "whoop_default"
    conn_type = "whoop"
    hook_name = "WHOOP"

    def __init__(
        self,
        whoop_conn_id: str = default_conn_name,
        priority: Priority = Priority.ROUTINE,
        *,
        is_hurried: bool = False,
    ) -> None:
        super().__init__()
        self.whoop_conn_id = whoop_conn_id
        self.priority = priority
        self.is_hurried = is_hurried
        self.waits = Waits()

    @cached_property
    def credentials(self) -> Credentials:
        """The app's credentials. Raises PermanentError if the connection is missing or incomplete."""
        return read_credentials(self.whoop_conn_id)

    @cached_property
    def transport(self) -> HttpTransport:
        """The transport, with the request budget shared by everything that uses this client id."""
        credentials = self.credentials
        wait, attempts = (
            (HURRIED_WAIT_SECONDS, HURRIED_ATTEMPTS) if self.is_hurried else (LONGEST_WAIT_SECONDS, ATTEMPTS)
        )
        budget = Budget(
            warehouse(), *credentials.app, self.priority, longest_wait_seconds=wait, sleep=self.waits.sleep
        )
        return HttpTransport(credentials.base_url, budget, attempts=attempts, sleep=self.waits.sleep)

    @cached_property
    def token_endpoint(self) -> TokenEndpoint:
        """WHOOP's token endpoint."""
        return TokenEndpoint(self.credentials, self.transport)

    def client(self, tokens: Tokens) -> WhoopClient:
        """Return the client of one athlete."""
        return WhoopClient(self.transport, tokens)

    def test_connection(self) -> tuple[bool, str]:
        """Return whether WHOOP accepts the client id and secret, and a sentence about it. Uses no grant."""
        try:
            self.token_endpoint.verify_client()
            return True, describe_app(self.credentials)
        except WearablesError as error:
            return False, str(error)
        finally:
            self.close()

    def close(self) -> None:
        """Close the connections, and return the unused part of the leased request budget."""
        if "transport" in self.__dict__:
            self.transport.close()
