"""The parts of Airflow's REST API that the demo needs."""

import time
import uuid
from typing import Any

from wearables.core.errors import PermanentError
from wearables_dev.local.health import ask, base_url, session

PARSE_SECONDS = 300


class AirflowApi:
    """A client that is signed in to Airflow's REST API."""

    def __init__(self, user: str, password: str) -> None:
        self._http = session()
        token = self._ask("POST", "/auth/token", {"username": user, "password": password})["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def save_connection(self, connection: dict[str, Any]) -> None:
        """Create or update a connection."""
        path = f"/api/v2/connections/{connection['connection_id']}"
        if self._send("GET", path).status_code == 404:
            self._ask("POST", "/api/v2/connections", connection, accepted=409)
        else:
            self._ask("PATCH", path, connection)

    def wait_for_dag(self, dag_id: str) -> None:
        """Wait until the DAG processor has parsed the DAG, then unpause it. Raises PermanentError."""
        deadline = time.monotonic() + PARSE_SECONDS
        while not self._is_parsed(dag_id):
            if time.monotonic() > deadline:
                raise PermanentError(
                    f"Airflow did not find the DAG {dag_id}. Look at the import errors on {base_url()}/dags."
                )
            time.sleep(1)
        self._ask("PATCH", f"/api/v2/dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> str:
        """Start a manual run and return its id."""
        # Choose the id here, so that a request that is sent twice starts only one run.
        run_id = f"manual__{uuid.uuid4()}"
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", body, accepted=409)
        return run_id

    def run_state(self, dag_id: str, run_id: str) -> str:
        """Return the state of a run."""
        return self._ask("GET", f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]

    def task_states(self, dag_id: str, run_id: str) -> list[tuple[str, str]]:
        """Return task id and state of every task instance of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?limit=100"
        instances = self._ask("GET", path)["task_instances"]
        return [(each["task_id"], each["state"] or "waiting") for each in instances]

    def _is_parsed(self, dag_id: str) -> bool:
        answer = self._send("GET", f"/api/v2/dags/{dag_id}")
        return answer.ok and not answer.json().get("is_stale")

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return ask(self._http, method, base_url() + path, json=body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None, accepted: int | None = None) -> Any:
        answer = self._send(method, path, body)
        if not answer.ok and answer.status_code != accepted:
            raise PermanentError(
                f"Airflow answered {method} {path.partition('?')[0]} with {answer.status_code}: {answer.text[:200]}"
            )
        return answer.json()
