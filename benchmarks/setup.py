"""Set up the benchmarks: a temporary warehouse, a sandbox in its own process, and enrolled athletes."""

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from cryptography.fernet import Fernet

UNLIMITED = 100_000_000
NAME = "bench"


def prepare_environment() -> None:
    """Point the environment to a temporary Airflow home. Call this before importing Airflow."""
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
        "WEARABLES_WHOOP_HOSTS": "127.0.0.1",
        "WEARABLES_GRANT_KEYS": Fernet.generate_key().decode(),
    }


@contextmanager
def fresh_warehouse() -> Iterator[Any]:
    """Start a server with an empty, migrated warehouse. Yield its engine."""
    from wearables.core.schema import migrate
    from wearables.core.warehouse import warehouse
    from wearables_dev.local import postgres

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
    """Start a sandbox in its own process, so that it does not share our interpreter lock. Yield its URL."""
    from wearables_dev.local.ports import free_port

    url = f"http://127.0.0.1:{(port := free_port())}"
    size = f"--port {port} --athletes {athletes} --days {days}"
    limits = f"--per-minute {per_minute} --per-day {UNLIMITED}"
    command = [sys.executable, "-m", "wearables", "sandbox", *size.split(), *limits.split()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
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


def enrol(url: str, integration: str = NAME) -> list[int]:
    """Enrol every athlete of the sandbox. Return their ids."""
    from wearables.athletes.enrolment import enrol

    athlete_ids = [athlete["user_id"] for athlete in requests.get(f"{url}/sandbox/athletes", timeout=60).json()]
    for athlete_id in athlete_ids:
        consent = requests.post(f"{url}/sandbox/athletes/{athlete_id}/consent", timeout=60).json()
        enrol(integration, consent["refresh_token"])
    return athlete_ids


def dates(days: int) -> dict[str, str]:
    """Return the parameters of a run that pulls the last ``days`` days."""
    today = dt.datetime.now(dt.UTC).date()
    return {"start_date": str(today - dt.timedelta(days=days + 1)), "end_date": str(today)}


def plan(days: int, name: str = NAME) -> tuple[Any, str, list]:
    """Plan a pull of the last ``days`` days. Return the integration, the run id and the work of each mapped task."""
    from wearables.core.integrations import load_integration
    from wearables.pipeline.validate import Run, validate

    integration, run_id = load_integration(name), f"manual__{uuid.uuid4()}"
    return integration, run_id, validate(integration, Run(run_id, "manual", dt.datetime.now(dt.UTC), dates(days)))


def run_step(name: str, integration: Any, run_id: str, batches: list) -> None:
    """Run extract, stage or transform to its end, as the tasks of a run do."""
    step = getattr(import_module(f"wearables.pipeline.{name}"), name)
    for batch in [()] if name == "transform" else [(batch,) for batch in batches]:
        step(integration, run_id, *batch)


def empty(engine: Any) -> None:
    """Delete everything that was pulled. The athletes stay enrolled."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "truncate raw.records, analytics.metric_versions, analytics.cycle_days, analytics.days, analytics.rolling, "
            "ops.slices, ops.watermarks, ops.runs, ops.absences, ops.transform_queue, ops.quarantine"
        )


def migrate_airflow() -> None:
    """Create Airflow's metadata database."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)


def pages_client() -> Any:
    """Return a client of the web pages, signed in as an administrator."""
    from airflow.api_fastapi.app import create_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi.testclient import TestClient

    from wearables.web.app import app

    create_auth_manager()
    app.dependency_overrides[get_user] = lambda: SimpleAuthManagerUser(username="admin", role="admin")
    return TestClient(app)
