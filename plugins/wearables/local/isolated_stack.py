"""A second stack beside the first, for tests and benchmarks: ports, folders and databases of its own."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wearables.core.settings import PROJECT_DIR
from wearables.local.ports import free_port

# Of the process that asks, only what is not about a stack is handed on.
OWN = ("AIRFLOW", "_AIRFLOW", "WEARABLES_", "PYTEST", "COV_")


def environment(home: Path) -> dict[str, str]:
    """What differs from airflow.env for a stack that keeps everything below ``home``, its keys included."""
    (home / "local").mkdir(parents=True, exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
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
    """Run Python with those settings and, below them, those of airflow.env."""
    command = ["bash", "-c", 'source bin/_env; exec "$python" "$@"', "bash", *words]
    return subprocess.Popen(command, cwd=PROJECT_DIR, env=dict(settings), text=True, **options)  # noqa: S603


@contextmanager
def cleaned(settings: Mapping[str, str]) -> Iterator[None]:
    """In the end, nothing runs and no data is left."""
    try:
        yield
    finally:
        run(settings, "-m", "wearables", "local", "clean", stdout=subprocess.DEVNULL).wait()
