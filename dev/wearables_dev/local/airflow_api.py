"""The parts of Airflow's REST API that the demo needs."""

import time
from typing import Any

from wearables.core.errors import PermanentError
from wearables_dev.local.health import base_url, session

TIMEOUT_SECONDS = 30
PARSE_SECONDS = 90


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
            self._ask("POST", "/api/v2/connections", connection)
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
        body = {"logical_date": None, "conf": conf}
        return self._ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"]

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
        return self._http.request(method, base_url() + path, json=body, timeout=TIMEOUT_SECONDS)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = self._send(method, path, body)
        if not answer.ok:
            raise PermanentError(
                f"Airflow answered {method} {path.partition('?')[0]} with {answer.status_code}: {answer.text[:200]}"
            )
        return answer.json()
