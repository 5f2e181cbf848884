"""Wait until the services are healthy, and report progress."""

import datetime as dt
import os
import time
from collections.abc import Callable
from typing import Any

import requests
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_random_exponential,
)

from wearables.core.errors import PermanentError
from wearables_dev.local import services

# Component in Airflow's health report: program in supervisord.conf.
COMPONENTS = {"scheduler": "scheduler", "dag_processor": "dag-processor", "triggerer": "triggerer"}
WAIT_SECONDS = 600
ANSWER_SECONDS = 300
REPEAT_SECONDS = 10
Say = Callable[[str], None]


def base_url() -> str:
    """Return the address of Airflow's UI and API."""
    return os.environ["AIRFLOW__API__BASE_URL"].rstrip("/")


def session() -> requests.Session:
    """Return an HTTP session that ignores proxies."""
    http = requests.Session()
    http.trust_env = False
    return http


def ask(http: requests.Session, method: str, url: str, **options: Any) -> requests.Response:
    """Send a request until it is answered, which can take minutes on a busy machine. Raises PermanentError.

    The request may be sent several times, so sending it twice must do no harm.
    """
    retrying = Retrying(
        retry=retry_if_exception_type(requests.RequestException) | retry_if_result(_is_overloaded),
        stop=stop_after_delay(ANSWER_SECONDS),
        wait=wait_random_exponential(max=10),
    )
    try:
        return retrying(http.request, method, url, timeout=30, **options)
    except RetryError as error:
        if not error.last_attempt.failed:
            return error.last_attempt.result()
        raise PermanentError(
            f"{url.partition('?')[0]} did not answer for {ANSWER_SECONDS} s. See the logs in {services.LOGS}, or try "
            "again when the machine is less busy."
        ) from None


def _is_overloaded(answer: requests.Response) -> bool:
    return answer.status_code >= 500


def wait_healthy(since: dt.datetime | None, say: Say) -> None:
    """Wait until every component reports a heartbeat (later than ``since``, if given). Raises PermanentError."""
    started = said = time.monotonic()
    missing = {"api-server", *COMPONENTS.values()}
    with session() as http:
        while missing:
            seconds = time.monotonic() - started
            if seconds > WAIT_SECONDS:
                raise PermanentError(
                    f"Still not healthy after {WAIT_SECONDS} s: {_listed(missing)}. See the logs in {services.LOGS}."
                )
            services.check_programs()
            still = _missing(http, since)
            for name in sorted(missing - still):
                say(f"  {name} is healthy ({seconds:.0f} s)")
                said = time.monotonic()
            missing = still
            if missing and time.monotonic() - said >= REPEAT_SECONDS:
                said = time.monotonic()
                say(f"  still waiting for {_listed(missing)} ({seconds:.0f} s)")
            if missing:
                time.sleep(0.5)


def wait_answering(url: str, name: str, say: Say, seconds: int = ANSWER_SECONDS) -> None:
    """Wait until a program answers at its address. Raises PermanentError."""
    started = said = time.monotonic()
    with session() as http:
        while not _answers(http, url):
            services.check_programs()
            if time.monotonic() - started > seconds:
                raise PermanentError(f"The {name} does not answer at {url}. See {services.log_file(name)}.")
            if time.monotonic() - said >= REPEAT_SECONDS:
                said = time.monotonic()
                say(f"  still waiting for the {name}")
            time.sleep(0.2)
    say(f"  {name} is healthy ({time.monotonic() - started:.0f} s)")


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
        return {"api-server", *COMPONENTS.values()}
    return {
        name for component, name in COMPONENTS.items() if not _is_healthy(component, report.get(component) or {}, since)
    }


def _is_healthy(component: str, report: dict[str, Any], since: dt.datetime | None) -> bool:
    """Return whether a component is healthy. A heartbeat before ``since`` came from its previous process."""
    beat = report.get(f"latest_{component}_heartbeat")
    if report.get("status") != "healthy" or beat is None:
        return False
    return since is None or dt.datetime.fromisoformat(beat) >= since


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
