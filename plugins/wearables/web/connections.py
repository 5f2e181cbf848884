"""Read WHOOP connections from Airflow without their secrets, and save new ones."""

from collections.abc import Iterable
from dataclasses import dataclass

from airflow.exceptions import AirflowNotFoundException
from airflow.models.connection import Connection
from cryptography.fernet import InvalidToken
from sqlalchemy import select
from sqlalchemy.orm import Session

from wearables.core.connections import RESTORE_KEY
from wearables.core.errors import PermanentError
from wearables.whoop.budget import client_key
from wearables.whoop.credentials import Credentials, base_url


@dataclass(frozen=True)
class ConnectionFacts:
    """A connection without its secret, for pages to show. If it cannot be used, ``problem`` says why."""

    name: str
    address: str = ""
    client_key: str = ""
    problem: str = ""


def read_connections(session: Session, names: Iterable[str]) -> dict[str, ConnectionFacts]:
    """Return the facts of each connection, including those that are missing or incomplete."""
    return {name: _read(session, name) for name in set(names)}


def _read(session: Session, name: str) -> ConnectionFacts:
    try:
        stored = session.scalar(select(Connection).where(Connection.conn_id == name))
    except (InvalidToken, ValueError):  # loading a connection decrypts it
        return ConnectionFacts(name, problem=f"{name} cannot be decrypted. Please {RESTORE_KEY}.")
    return _facts(name, stored or _from_secrets(name))


def _from_secrets(name: str) -> Connection | None:
    """Return a connection from the environment or a secrets backend."""
    try:
        return Connection.get_connection_from_secrets(name)
    except AirflowNotFoundException:
        return None


def _facts(name: str, connection: Connection | None) -> ConnectionFacts:
    if connection is None:
        return ConnectionFacts(name, problem=f"{name} is missing. Add a connection of type WHOOP with this name.")
    if connection.conn_type != "whoop":
        return ConnectionFacts(name, problem=f"{name} is of type {connection.conn_type}. Change its type to WHOOP.")
    if not connection.login or not connection.password:
        return ConnectionFacts(name, problem=f"{name} is incomplete. Enter Client ID and Client secret.")
    try:
        address = base_url(connection.host, connection.port)
    except PermanentError as reason:
        return ConnectionFacts(name, problem=f"{name}: {reason}")
    return ConnectionFacts(name, address, client_key(address, connection.login))


def save_connection(session: Session, name: str, credentials: Credentials) -> None:
    """Save a new WHOOP connection; Airflow encrypts the secret. Raises PermanentError if the name is taken."""
    if _from_secrets(name) is not None:
        raise PermanentError(
            f'A connection named "{name}" already exists in Airflow. Choose another name, or delete that connection.'
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
