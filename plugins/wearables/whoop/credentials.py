"""A WHOOP app's credentials, read from an Airflow connection of type ``whoop``.

A base URL is checked before it becomes part of credentials, so that nothing is sent to a host that is not allowed.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from wearables.core.connections import airflow_connection
from wearables.core.errors import PermanentError
from wearables.core.settings import WHOOP_HOST, whoop_hosts

DEFAULT_BASE_URL = f"https://{WHOOP_HOST}"
DEFAULT_PORTS = {"https": 443, "http": 80}
# URL parsers disagree about these characters. A base URL has no query and no fragment.
AMBIGUOUS = re.compile(r"[\s\\?#@]")


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
    """Return the credentials of a connection.

    Raises PermanentError if it is missing or incomplete or its host is not allowed, AirflowUnavailable if Airflow
    cannot be asked.
    """
    connection = airflow_connection(connection_id, "Add one of type WHOOP with Client ID and Client secret.")
    if not connection.login or not connection.password:
        raise PermanentError(
            f"The connection {connection_id!r} needs both a Client ID and a Client secret. Add the missing one."
        )
    return Credentials(base_url(connection.host, connection.port), connection.login, connection.password)


def base_url(host: str | None, port: int | None) -> str:
    """Return the base URL for a connection's host and port.

    Raises PermanentError if the host is not valid or not on the list WEARABLES_WHOOP_HOSTS.
    """
    text = host or DEFAULT_BASE_URL
    url = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(url)
        scheme, name, port = parts.scheme, parts.hostname, parts.port or port
    except ValueError:
        raise _not_a_url() from None
    if AMBIGUOUS.search(url) or scheme not in DEFAULT_PORTS or not name:
        raise _not_a_url()
    if name == WHOOP_HOST and scheme != "https":
        raise PermanentError(f"WHOOP's API needs https. Use {DEFAULT_BASE_URL} in the WHOOP connection.")
    actual_port = port or DEFAULT_PORTS[scheme]
    if not whoop_hosts() & {(name, None), (name, actual_port)}:
        raise PermanentError(
            f'The host "{name}:{actual_port}" of the WHOOP connection is not allowed. Use {DEFAULT_BASE_URL}, or add '
            "the host to the environment variable WEARABLES_WHOOP_HOSTS."
        )
    # Built from the checked parts, so that another parser cannot read the URL in another way.
    address = f"[{name}]" if ":" in name else name
    is_default = actual_port == DEFAULT_PORTS[scheme]
    return f"{scheme}://{address}{'' if is_default else f':{actual_port}'}{parts.path.rstrip('/')}"


def _not_a_url() -> PermanentError:
    return PermanentError(f"The host of the WHOOP connection is not a URL. Use {DEFAULT_BASE_URL}.")
