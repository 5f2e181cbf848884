"""Waits until Airflow is whole, and says what it waits for."""

import datetime as dt
import os
import time
from collections.abc import Callable
from typing import Any

import requests

from wearables.core.errors import PermanentError
from wearables.local import services

# Airflow's names of its parts in the health report, and ours.
PARTS = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}
WAIT_SECONDS = 180
SAY_EVERY_SECONDS = 10
Say = Callable[[str], None]


def base_url() -> str:
    """Address of Airflow's UI and API."""
    return os.environ["AIRFLOW__API__BASE_URL"].rstrip("/")


def session() -> requests.Session:
    """A session for this machine only: no proxy."""
    made = requests.Session()
    made.trust_env = False
    return made


def wait_healthy(since: dt.datetime | None, say: Say) -> None:
    """Wait until every part has reported, after ``since`` if given. Raises PermanentError."""
    started = said = time.monotonic()
    missing = {"api-server", *PARTS.values()}
    with session() as http:
        while missing:
            seconds = time.monotonic() - started
            if seconds > WAIT_SECONDS:
                raise PermanentError(f"Not healthy after {WAIT_SECONDS} s: {_listed(missing)}; see {services.LOGS}")
            services.refuse_broken()
            still = _missing(http, since)
            for name in sorted(missing - still):
                say(f"  {name} is healthy ({seconds:.0f} s)")
                said = time.monotonic()
            missing = still
            if missing and time.monotonic() - said >= SAY_EVERY_SECONDS:
                said = time.monotonic()
                say(f"  waiting for {_listed(missing)} ({seconds:.0f} s)")
            if missing:
                time.sleep(0.5)


def wait_answering(url: str, name: str, say: Say, seconds: int = 60) -> None:
    """Wait until a program answers at its address. Raises PermanentError."""
    started = said = time.monotonic()
    with session() as http:
        while not _answers(http, url):
            services.refuse_broken()
            if time.monotonic() - started > seconds:
                raise PermanentError(f"The {name} does not answer at {url}; see {services.log_file(name)}")
            if time.monotonic() - said >= SAY_EVERY_SECONDS:
                said = time.monotonic()
                say(f"  waiting for the {name}")
            time.sleep(0.2)
    say(f"  {name} is ready ({time.monotonic() - started:.0f} s)")


def _answers(http: requests.Session, url: str) -> bool:
    try:
        return http.get(url, timeout=5).status_code < 500
    except requests.RequestException:
        return False


def _missing(http: requests.Session, since: dt.datetime | None) -> set[str]:
    try:
        answer = http.get(f"{base_url()}/api/v2/monitor/health", timeout=10)
        report = answer.json() if answer.ok else None
    except (requests.RequestException, ValueError):
        report = None
    if report is None:
        return {"api-server", *PARTS.values()}
    return {name for part, name in PARTS.items() if not _is_healthy(part, report.get(part) or {}, since)}


def _is_healthy(part: str, report: dict[str, Any], since: dt.datetime | None) -> bool:
    """A heartbeat from before the start is one of the part's predecessor."""
    beat = report.get(f"latest_{part}_heartbeat")
    if report.get("status") != "healthy" or beat is None:
        return False
    return since is None or dt.datetime.fromisoformat(beat) >= since


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
