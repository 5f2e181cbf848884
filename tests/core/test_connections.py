"""Connections that cannot be read: the error says if one is missing, encrypted with another key, or unreachable."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRuntimeError, ErrorType
from airflow.sdk.execution_time.comms import ErrorResponse
from cryptography.fernet import Fernet

from wearables.core.connections import airflow_connection
from wearables.core.errors import AirflowUnavailable, PermanentError
from wearables.core.warehouse import warehouse_url


@pytest.fixture
def stored_connection(airflow_database: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Store the connection ``team`` in Airflow's database, encrypted with a key that is no longer configured."""
    from airflow.models.connection import Connection
    from airflow.utils.session import create_session

    monkeypatch.delenv("AIRFLOW_CONN_TEAM", raising=False)
    stored = Connection(conn_id="team", conn_type="whoop", login="id", password="secret")
    stored._password = Fernet(Fernet.generate_key()).encrypt(b"secret").decode()
    with create_session() as session:
        session.add(stored)
    yield
    with create_session() as session:
        session.query(Connection).filter(Connection.conn_id == "team").delete()


def validate(**environment: str) -> str:
    """Run ``bin/wearables validate team`` and return its error."""
    command = [sys.executable, "-m", "wearables", "validate", "team"]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_the_command_line_names_a_changed_key(make_team: Any, stored_connection: None) -> None:
    make_team(enrol=False)
    os.environ.pop("AIRFLOW_CONN_TEAM")
    assert "cannot decrypt the connection 'team'. Please restore the AIRFLOW__CORE__FERNET_KEY" in validate()


def test_a_missing_connection_is_reported_before_missing_athletes(
    make_team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_team(enrol=False)
    monkeypatch.delenv("AIRFLOW_CONN_TEAM")
    assert "Airflow has no connection 'team'. Add one of type WHOOP" in validate()


def test_if_airflows_database_is_unreachable_the_connection_is_not_called_missing(
    make_team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_team(enrol=False)
    monkeypatch.delenv("AIRFLOW_CONN_TEAM")
    nowhere = "postgresql+psycopg2://nobody@127.0.0.1:9/none"
    error = validate(AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=nowhere)
    assert "MetastoreBackend could not be asked for the connection 'team' (OperationalError)" in error


@pytest.mark.dag
def test_a_task_names_a_changed_key(
    make_team: Any, stored_connection: None, run_dag: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_team()
    os.environ.pop("AIRFLOW_CONN_TEAM")
    assert run_dag()["run"] == "failed"
    assert "restore the AIRFLOW__CORE__FERNET_KEY" in caplog.text


class Supervisor:
    """Answers like the supervisor of a task whose API server cannot be reached."""

    def __init__(self, error: ErrorType, raises: bool) -> None:
        self.answer = ErrorResponse(error=error, detail={"status_code": None})
        self.raises = raises

    def send(self, message: object) -> ErrorResponse:
        if self.raises:
            raise AirflowRuntimeError(self.answer)
        return self.answer


@pytest.mark.parametrize("raises", [True, False])
def test_a_task_retries_if_airflows_api_cannot_be_reached(monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:
    from airflow.sdk.execution_time import task_runner

    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE", raising=False)
    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(ErrorType.API_SERVER_ERROR, raises), raising=False)
    with pytest.raises(AirflowUnavailable, match="API could not be asked for the connection 'warehouse'"):
        warehouse_url()


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ErrorType.CONNECTION_NOT_FOUND, "has no connection"), (ErrorType.PERMISSION_DENIED, "does not let this task")],
)
def test_a_refusal_of_airflows_api_is_not_retried(
    monkeypatch: pytest.MonkeyPatch, error: ErrorType, reason: str
) -> None:
    from airflow.sdk.execution_time import task_runner

    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", Supervisor(error, raises=False), raising=False)
    with pytest.raises(PermanentError, match=reason):
        airflow_connection("nowhere", "Add one.")


def test_an_invalid_variable_is_not_a_missing_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_NORTH", "{not JSON")
    with pytest.raises(PermanentError, match="'north' is not valid"):
        airflow_connection("north", "Add one.")


def test_a_web_page_names_a_changed_key(stored_connection: None) -> None:
    from airflow.utils.session import create_session

    from wearables.web.connections import read_connections

    with create_session() as session:
        facts = read_connections(session, ["team"])["team"]
    assert facts.problem == "team cannot be decrypted. Please restore the AIRFLOW__CORE__FERNET_KEY that encrypted it."
