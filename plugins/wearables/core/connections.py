"""Read Airflow's connections, and find out why one cannot be read: Airflow itself always reports "not found"."""

from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import (
    AirflowNotFoundException,
    AirflowRuntimeError,
    AirflowSecretsBackendAccessDenied,
    ErrorType,
)
from cryptography.fernet import InvalidToken

from wearables.core.errors import AirflowUnavailable, PermanentError, WearablesError

RESTORE_KEY = "restore the AIRFLOW__CORE__FERNET_KEY that encrypted it"


def airflow_connection(connection_id: str, remedy: str) -> Any:
    """Return an Airflow connection; ``remedy`` says how to add one.

    Raises PermanentError if it is missing or cannot be decrypted, AirflowUnavailable if Airflow cannot be asked.
    """
    try:
        return BaseHook.get_connection(connection_id)
    except AirflowSecretsBackendAccessDenied:
        raise PermanentError(f"Airflow does not let this task read the connection {connection_id!r}.") from None
    except AirflowNotFoundException:
        raise _reason(connection_id, remedy) from None


def _reason(connection_id: str, remedy: str) -> WearablesError:
    """Ask each secrets backend again and return why none of them has the connection."""
    from airflow.sdk.execution_time.secrets import ExecutionAPISecretsBackend
    from airflow.sdk.execution_time.supervisor import ensure_secrets_backend_loaded

    for backend in ensure_secrets_backend_loaded():
        if isinstance(backend, ExecutionAPISecretsBackend):
            # The API answers 404 both for a missing connection and for one that it cannot decrypt.
            unreadable = f"Airflow has no connection {connection_id!r} that it can read."
            return _unreachable_api(connection_id) or PermanentError(
                f"{unreadable} {remedy} If it exists, {RESTORE_KEY}."
            )
        error = _backend_error(backend, connection_id)
        if error:
            return error
    return PermanentError(f"Airflow has no connection {connection_id!r}. {remedy}")


def _unreachable_api(connection_id: str) -> AirflowUnavailable | None:
    from airflow.sdk.execution_time.comms import ErrorResponse, GetConnection, GetDRCount
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    # The API also answers 404 if its database is down, so ask for something else in the database.
    for question in (GetConnection(conn_id=connection_id), GetDRCount(dag_id=connection_id)):
        try:
            answer = SUPERVISOR_COMMS.send(question)
        except AirflowRuntimeError as failure:
            answer = failure.error
        if isinstance(answer, ErrorResponse) and answer.error != ErrorType.CONNECTION_NOT_FOUND:
            return AirflowUnavailable(
                f"Airflow's API could not be asked for the connection {connection_id!r} ({answer.error.value}). "
                "Check the api-server and Airflow's database."
            )
    return None


def _backend_error(backend: Any, connection_id: str) -> WearablesError | None:
    try:
        connection = backend.get_connection(conn_id=connection_id)
        if connection:
            connection.get_uri()
    except InvalidToken:
        return PermanentError(f"Airflow cannot decrypt the connection {connection_id!r}. Please {RESTORE_KEY}.")
    except ValueError:
        return PermanentError(f"The connection {connection_id!r} is not valid. Correct its URI or JSON.")
    except Exception as error:  # a backend may raise anything
        return AirflowUnavailable(
            f"{type(backend).__name__} could not be asked for the connection {connection_id!r} "
            f"({type(error).__name__}). Check Airflow's database and its secrets backend."
        )
    return None
