"""A WHOOP app's credentials, read from an Airflow connection of type ``whoop``."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from wearables.core.errors import PermanentError

DEFAULT_BASE_URL = "https://api.prod.whoop.com"


@dataclass(frozen=True)
class Credentials:
    """A WHOOP app's client id and secret, and the base URL of its requests. The repr hides the secret."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)

    @property
    def app(self) -> tuple[str, str]:
        """The base URL and client id, which identify the app."""
        return self.base_url, self.client_id


def read_credentials(connection_id: str) -> Credentials:
    """Return the credentials of a connection. Raises PermanentError if it is missing or incomplete."""
    try:
        connection = BaseHook.get_connection(connection_id)
    except AirflowNotFoundException:
        raise PermanentError(
            f"Airflow has no connection {connection_id!r}. Add one of type WHOOP with Client ID and Client secret."
        ) from None
    if not connection.login or not connection.password:
        raise PermanentError(
            f"The connection {connection_id!r} needs both a Client ID and a Client secret. Add the missing one."
        )
    return Credentials(base_url(connection.host, connection.port), connection.login, connection.password)


def base_url(host: str | None, port: int | None) -> str:
    """Return the base URL for a connection's host and port. Raises PermanentError if the host is not valid."""
    if not host:
        return DEFAULT_BASE_URL
    url = host if "://" in host else f"https://{host}"
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PermanentError(f"The host {host!r} of the WHOOP connection is not a URL. Use {DEFAULT_BASE_URL}.")
    if port and not parts.port:
        url = parts._replace(netloc=f"{parts.netloc}:{port}").geturl()
    return url.rstrip("/")
