"""The WHOOP connections in Airflow: what a page may know of them, and how a new one is saved."""

from collections.abc import Iterable
from dataclasses import dataclass

from airflow.exceptions import AirflowNotFoundException
from airflow.models.connection import Connection
from sqlalchemy import select
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.whoop.budget import client_key
from wearables.whoop.credentials import Credentials, base_url


@dataclass(frozen=True)
class ConnectionFacts:
    """What a page may know of a connection; never its secret."""

    name: str
    address: str = ""
    client_key: str = ""
    problem: str = ""


def read_connections(session: Session, names: Iterable[str]) -> dict[str, ConnectionFacts]:
    """The facts of each connection, also of those that are missing or incomplete."""
    wanted = set(names)
    stored = {each.conn_id: each for each in session.scalars(select(Connection).where(Connection.conn_id.in_(wanted)))}
    return {name: _facts(name, stored.get(name) or _elsewhere(name)) for name in wanted}


def _elsewhere(name: str) -> Connection | None:
    """A connection from the environment or a secrets backend."""
    try:
        return Connection.get_connection_from_secrets(name)
    except AirflowNotFoundException:
        return None


def _facts(name: str, connection: Connection | None) -> ConnectionFacts:
    if connection is None:
        return ConnectionFacts(name, problem="missing; add one of type WHOOP of that name")
    if connection.conn_type != "whoop":
        return ConnectionFacts(name, problem=f"of type {connection.conn_type}; it must be WHOOP")
    if not connection.login or not connection.password:
        return ConnectionFacts(name, problem="incomplete; add Client ID and Client secret")
    try:
        address = base_url(connection.host, connection.port)
    except PermanentError as reason:
        return ConnectionFacts(name, problem=str(reason))
    return ConnectionFacts(name, address, client_key(address, connection.login))


def save_connection(session: Session, name: str, credentials: Credentials) -> None:
    """Save a new WHOOP connection; Airflow encrypts the secret. Raises PermanentError when the name is taken."""
    if _elsewhere(name) is not None:
        raise PermanentError(
            f"Airflow has a connection {name!r} already; choose another name, or edit that connection."
        )
    session.add(
        Connection(
            conn_id=name,
            conn_type="whoop",
            host=credentials.base_url,
            login=credentials.client_id,
            password=credentials.client_secret,
        )
    )
    session.flush()
