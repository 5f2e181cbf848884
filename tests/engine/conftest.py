"""One stack for all tests in this folder."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine import engine
from wearables_dev.local.ports import free_port


@dataclass(frozen=True)
class Stack:
    """A copy of the project and the environment of the engine's clients."""

    project: Path
    clients: dict[str, str]
    url: str

    def compose(self, *words: str) -> str:
        """Run docker-compose as in docs/deployment.md, and return its output."""
        done = subprocess.run(
            ["docker-compose", *words], cwd=self.project, env=self.clients, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (words, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout

    def airflow(self, *words: str) -> str:
        """Run Airflow's command line in the scheduler's container."""
        return self.compose("exec", "-T", "scheduler", "bin/airflow", *words)

    def ask(self, query: str) -> list[str]:
        """Query the warehouse as the role ``warehouse``. Return the rows as text."""
        words = ("psql", "--username", "warehouse", "--dbname", "warehouse", "--tuples-only", "--no-align")
        return self.compose("exec", "-T", "postgres", *words, "--command", query).splitlines()

    def kill(self, container: str) -> None:
        """Kill a container."""
        subprocess.run(["docker", "kill", container], env=self.clients, check=True, capture_output=True)

    def containers(self) -> dict[str, str]:
        """Return the status of each container by its name, such as ``Up 2 minutes (healthy)``."""
        words = ["docker", "ps", "--all", "--format", "{{.Names}} {{.Status}}"]
        output = subprocess.run(words, env=self.clients, capture_output=True, text=True, check=True).stdout
        return dict(line.split(" ", 1) for line in output.splitlines())


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Start the stack with the sandbox, as a new operator would. At the end, remove its volumes and the engine."""
    home = Path(tempfile.mkdtemp(prefix="wearables-engine-"))
    project, port = home / "whoop-elt", free_port()
    _copy(project)
    with engine.running(home) as clients:
        engine.make_standins(clients, home)
        made = Stack(project, clients, f"http://127.0.0.1:{port}")
        subprocess.run([str(project / "deploy" / "new-env")], check=True, capture_output=True)
        with (project / ".env").open("a") as settings:
            settings.write(f"UI_PORT={port}\nWHOOP_HOSTS=sandbox:18100\n")
        made.compose("--profile", "sandbox", "build", "init", "sandbox")
        try:
            made.compose("--profile", "sandbox", "up", "--detach")
            yield made
        finally:
            made.compose("--profile", "sandbox", "down", "--volumes", "--timeout", "20")


def _copy(project: Path) -> None:
    """Copy the project like a fresh checkout: without the files that git ignores."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(words, cwd=engine.ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in filter(None, names):
        if (source := engine.ROOT / name).exists():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, project / name)
