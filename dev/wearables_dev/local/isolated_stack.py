"""Run a second stack next to yours, for tests and benchmarks, with its own ports, folders and databases."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wearables.core.env import PROJECT_DIR
from wearables.core.env import settings as with_defaults
from wearables_dev.local.ports import free_port

# Variables of the calling process that must not reach the second stack: those of its own stack and of its test run.
NOT_INHERITED = ("AIRFLOW", "_AIRFLOW", "WEARABLES_", "PYTEST", "COV_")


def environment(home: Path) -> dict[str, str]:
    """Create the keys of a stack that keeps everything below ``home``, and return its environment.

    Of the project's settings, the environment contains only those that differ from airflow.env.
    """
    (home / "local").mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    settings = inherited | {
        "WEARABLES_LOCAL": str(home / "local"),
        "WEARABLES_LANDING": (home / "landing").as_uri(),
        "POSTGRES_PORT": str(free_port()),
        "SANDBOX_PORT": str(free_port()),
        "AIRFLOW_HOME": str(home / "airflow"),
        "AIRFLOW__API__PORT": str(free_port()),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "local" / "passwords.json"),
    }
    run(settings, "-m", "wearables", "local", "init").wait()
    return settings


def run(settings: Mapping[str, str], *words: str, **options: Any) -> subprocess.Popen[str]:
    """Start Python with these settings, completed from airflow.env and the stack's secrets."""
    command = [sys.executable, *words]
    return subprocess.Popen(command, cwd=PROJECT_DIR, env=with_defaults(settings), text=True, **options)  # noqa: S603


@contextmanager
def cleaned(settings: Mapping[str, str]) -> Iterator[None]:
    """When the block ends, stop the stack and delete its data."""
    try:
        yield
    finally:
        run(settings, "-m", "wearables", "local", "clean", stdout=subprocess.DEVNULL).wait()
