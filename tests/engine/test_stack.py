"""docker-compose.yaml in an engine: start, pull, add a worker, kill a worker, stop everything."""

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import requests
from dotenv import dotenv_values

from tests.engine.conftest import Stack

TODAY = dt.date.today()
FIRST, MIDDLE, LAST = (str(TODAY - dt.timedelta(days=days)) for days in (60, 30, 3))
WAIT_SECONDS = 600
# The first request to a page imports its modules, which takes long on a busy machine.
PATIENCE_SECONDS = 110
STEADY = {"proxy", "postgres", "redis", "api-server", "scheduler", "dag-processor", "triggerer", "worker", "sandbox"}
ONCE = {"init", "demo-athletes"}


def until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(1)
    raise AssertionError(f"still not the case after {WAIT_SECONDS} s")


def service(container: str) -> str:
    return container.removeprefix("whoop-elt_").rsplit("_", 1)[0]


def pull(stack: Stack, first: str, last: str) -> None:
    """Trigger a manual run and wait until it succeeds."""
    days = json.dumps({"start_date": first, "end_date": last})
    stack.airflow("dags", "trigger", "whoop_demo", "--run-id", f"manual__{first}", "--conf", days)

    def ended() -> bool:
        states = stack.ask(f"select state from ops.runs where run_id = 'manual__{first}'")
        assert states != ["failed"]
        return states == ["complete"]

    until(ended)


def test_every_service_becomes_healthy_and_every_one_off_service_succeeds(stack: Stack) -> None:
    def settled() -> bool:
        states = {service(name): state for name, state in stack.containers().items() if "whoop-elt_" in name}
        return all("(healthy)" in states[name] for name in STEADY) and all(
            "Exited (0)" in states[name] for name in ONCE
        )

    until(settled)


def test_the_ui_accepts_only_the_password_of_the_env_file(stack: Stack) -> None:
    assert (
        requests.get(f"{stack.url}/api/v2/monitor/health", timeout=PATIENCE_SECONDS).json()["scheduler"]["status"]
        == "healthy"
    )
    password = dotenv_values(stack.project / ".env")["AIRFLOW_ADMIN_PASSWORD"]
    for tried, status in ((password, 201), ("changeme", 401)):
        body = {"username": "admin", "password": tried}
        assert requests.post(f"{stack.url}/auth/token", json=body, timeout=PATIENCE_SECONDS).status_code == status
    assert requests.get(f"{stack.url}/wearables/", timeout=PATIENCE_SECONDS).status_code == 401


def test_nothing_runs_as_root_and_only_the_ui_is_published(stack: Stack) -> None:
    for name in STEADY:
        assert stack.compose("exec", "-T", name, "id", "--user").strip() != "0", name
    published = [line for line in stack.compose("--profile", "sandbox", "ps").splitlines() if "->" in line]
    assert len(published) == 1
    assert "proxy" in published[0]


def test_every_process_has_no_capabilities_and_private_files(stack: Stack) -> None:
    for name in STEADY:
        status = stack.compose("exec", "-T", name, "cat", "/proc/1/status")
        assert "CapBnd:\t0000000000000000" in status, name
        assert "NoNewPrivs:\t1" in status, name
    found = "find landing .airflow/logs ! -type l -perm /077"
    assert stack.compose("exec", "-T", "worker", "sh", "-c", found) == ""


def test_a_worker_knows_neither_airflow_s_database_nor_the_owner_of_the_warehouse(stack: Stack) -> None:
    known = stack.compose("exec", "-T", "worker", "env")
    passwords = dotenv_values(stack.project / ".env")
    for name in ("AIRFLOW_DB_PASSWORD", "WAREHOUSE_OWNER_DB_PASSWORD", "POSTGRES_PASSWORD", "AIRFLOW__API__SECRET_KEY"):
        assert str(passwords[name]) not in known, name
    owned = "select distinct usename from pg_stat_activity where backend_type = 'client backend'"
    assert "postgres" not in stack.ask(owned)


def test_pulls_succeed_after_a_worker_is_added_and_another_one_is_killed(stack: Stack) -> None:
    pull(stack, FIRST, MIDDLE)
    before = int(stack.ask("select count(*) from analytics.metrics")[0])
    assert before > 0
    stack.compose("up", "--detach", "--scale", "worker=2")
    until(lambda: sum("(healthy)" in state for name, state in stack.containers().items() if "_worker_" in name) == 2)
    stack.kill("whoop-elt_worker_1")
    pull(stack, MIDDLE, LAST)
    assert int(stack.ask("select count(*) from analytics.metrics")[0]) > before
    assert stack.ask("select count(*) from ops.slices where state <> 'staged'") == ["0"]
