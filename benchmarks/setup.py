"""What the rows stand on: a throw-away warehouse, a sandbox in a process of its own, an enrolled squad."""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from cryptography.fernet import Fernet

UNLIMITED = 100_000_000
NAME = "bench"


def prepare_environment() -> None:
    """An Airflow home of its own; before Airflow is imported."""
    home = Path(tempfile.mkdtemp(prefix="wearables-bench-"))
    (home / "integrations").mkdir()
    (home / "integrations" / f"{NAME}.yaml").write_text("{}")
    os.environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "WEARABLES_INTEGRATIONS": str(home / "integrations"),
        "WEARABLES_LANDING": (home / "landing").as_uri(),
        "WEARABLES_GRANT_KEYS": Fernet.generate_key().decode(),
    }


@contextmanager
def fresh_warehouse() -> Iterator[Any]:
    """The engine of an empty, migrated warehouse on a server of its own."""
    from wearables.core.schema import migrate
    from wearables.core.warehouse import warehouse
    from wearables.local import postgres

    with postgres.temporary() as url:
        os.environ["AIRFLOW_CONN_WAREHOUSE"] = url.set(drivername="postgres").render_as_string(hide_password=False)
        warehouse.cache_clear()
        engine = warehouse()
        migrate(engine)
        try:
            yield engine
        finally:
            engine.dispose()
            warehouse.cache_clear()


@contextmanager
def sandbox(athletes: int, days: int, per_minute: int = UNLIMITED) -> Iterator[str]:
    """Address of a sandbox; it shares neither process nor interpreter lock with what is measured."""
    from wearables.local.ports import free_port

    url = f"http://127.0.0.1:{(port := free_port())}"
    words = ["--port", port, "--athletes", athletes, "--days", days, "--per-minute", per_minute, "--per-day", UNLIMITED]
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "wearables", "sandbox", *map(str, words)], stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with suppress(requests.ConnectionError):
                requests.get(f"{url}/sandbox/athletes", timeout=60).raise_for_status()
                break
            time.sleep(0.1)
        os.environ[f"AIRFLOW_CONN_{NAME.upper()}"] = f"whoop://sandbox-client:sandbox-secret@{quote(url, safe='')}"
        yield url
    finally:
        process.terminate()
        process.wait()


def enrol(url: str) -> list[int]:
    """Enrol every athlete of the sandbox."""
    from wearables.athletes.enrolment import enroll

    squad = [athlete["user_id"] for athlete in requests.get(f"{url}/sandbox/athletes", timeout=60).json()]
    for athlete_id in squad:
        consent = requests.post(f"{url}/sandbox/athletes/{athlete_id}/consent", timeout=60).json()
        enroll(NAME, consent["refresh_token"])
    return squad


def plan(days: int) -> tuple[Any, str, list]:
    """Integration, run and chunks of a pull of the last so many days."""
    import datetime as dt

    from wearables.core.integrations import load_integration
    from wearables.pipeline.validate import Run, validate

    today = dt.datetime.now(dt.UTC).date()
    conf = {"start_date": str(today - dt.timedelta(days=days + 1)), "end_date": str(today)}
    integration, run_id = load_integration(NAME), f"manual__{uuid.uuid4()}"
    return integration, run_id, validate(integration, Run(run_id, "manual", dt.datetime.now(dt.UTC), None, conf)).chunks


def empty(engine: Any) -> None:
    """Forget all that was pulled; the squad stays enrolled."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "truncate raw.records, analytics.metrics, analytics.metric_versions, analytics.cycle_days, analytics.days, "
            "analytics.rolling, ops.slices, ops.runs, ops.absences, ops.transform_queue, ops.quarantine"
        )


def migrate_airflow() -> None:
    """An empty metadata database for Airflow."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)


def pages_client() -> Any:
    """A client of the pages, signed in as an administrator."""
    from airflow.api_fastapi.app import create_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi.testclient import TestClient

    from wearables.web.app import app

    create_auth_manager()
    app.dependency_overrides[get_user] = lambda: SimpleAuthManagerUser(username="admin", role="admin")
    return TestClient(app)
