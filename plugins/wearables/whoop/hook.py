"""The Airflow hook: a connection of type ``whoop`` becomes clients. It knows no tables."""

from functools import cached_property
from urllib.parse import urlsplit

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from wearables.core.errors import PermanentError, WearablesError
from wearables.core.warehouse import warehouse
from wearables.whoop.budget import Budget
from wearables.whoop.client import Tokens, WhoopClient
from wearables.whoop.oauth import Credentials, TokenEndpoint
from wearables.whoop.transport import HttpTransport

DEFAULT_BASE_URL = "https://api.prod.whoop.com"


class WhoopHook(BaseHook):
    """Clients of one WHOOP app.

    Connection: login = client id, password = client secret, host = base URL. Making a hook costs nothing;
    the connection is read on first use.
    """

    conn_name_attr = "whoop_conn_id"
    default_conn_name = "whoop_default"
    conn_type = "whoop"
    hook_name = "WHOOP"

    def __init__(self, whoop_conn_id: str = default_conn_name) -> None:
        super().__init__()
        self.whoop_conn_id = whoop_conn_id

    @cached_property
    def credentials(self) -> Credentials:
        """The app's credentials. Raises PermanentError when the connection is missing or incomplete."""
        try:
            connection = self.get_connection(self.whoop_conn_id)
        except AirflowNotFoundException:
            raise PermanentError(
                f"Airflow has no connection {self.whoop_conn_id!r}; "
                "add one of type WHOOP with Client ID and Client secret."
            ) from None
        if not connection.login or not connection.password:
            raise PermanentError(
                f"The connection {self.whoop_conn_id!r} lacks the Client ID or the Client secret; add it."
            )
        return Credentials(base_url(connection.host, connection.port), connection.login, connection.password)

    @property
    def app(self) -> tuple[str, str]:
        """Which WHOOP app it is: base URL and client id. Raises PermanentError as ``credentials`` does."""
        return self.credentials.base_url, self.credentials.client_id

    @cached_property
    def transport(self) -> HttpTransport:
        """The transport, with the budget that everyone who uses this client id shares."""
        credentials = self.credentials
        return HttpTransport(credentials.base_url, Budget(warehouse(), credentials.base_url, credentials.client_id))

    @cached_property
    def token_endpoint(self) -> TokenEndpoint:
        """WHOOP's token endpoint."""
        return TokenEndpoint(self.credentials, self.transport)

    def client(self, tokens: Tokens) -> WhoopClient:
        """The client of one athlete."""
        return WhoopClient(self.transport, tokens)

    def test_connection(self) -> tuple[bool, str]:
        """Whether WHOOP accepts the client id and secret, and how many grants are alive; uses none of them."""
        # The answer knows tables, which a hook does not.
        from wearables.whoop.connection_test import standing

        try:
            return True, standing(self)
        except WearablesError as error:
            return False, str(error)
        finally:
            self.close()

    def close(self) -> None:
        """Give back what was reserved of the request budget."""
        if "transport" in self.__dict__:
            self.transport.budget.close()


def base_url(host: str | None, port: int | None) -> str:
    if not host:
        return DEFAULT_BASE_URL
    url = host if "://" in host else f"https://{host}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PermanentError(f"The host {host!r} of the WHOOP connection is no URL such as {DEFAULT_BASE_URL}.")
    if port and not parts.port:
        url = parts._replace(netloc=f"{parts.netloc}:{port}").geturl()
    return url.rstrip("/")
