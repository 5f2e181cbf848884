"""An isolated Airflow for the browser tests, started by the code behind `make up`.

Run as a program, this module starts the services, prints `ready`, and stops them when its input ends, which also
happens if the process that started it was killed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from wearables_dev.local import isolated_stack

USERS = {"admin": "admin", "user": "user", "viewer": "viewer"}


@dataclass(frozen=True)
class Stack:
    """A running Airflow."""

    url: str
    home: Path
    settings: dict[str, str] = field(repr=False)

    def run(self, module: str) -> None:
        """Run a module as a program in the stack's environment."""
        assert isolated_stack.run(self.settings, "-m", module).wait() == 0, module

    @property
    def integrations(self) -> Path:
        """Return the folder of the integration files."""
        return self.home / "integrations"

    @property
    def logs(self) -> str:
        """Return everything that services and tasks have logged so far."""
        paths = [*(self.home / "local" / "logs").rglob("*.log"), *(self.home / "airflow" / "logs").rglob("*.log")]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


@contextmanager
def running() -> Iterator[Stack]:
    """Start a stack on free ports in a temporary folder, and delete both afterwards."""
    home = Path(tempfile.mkdtemp(prefix="wearables-browser-"))
    environment = _environment(home)
    # In its own session Ctrl-C does not reach it: the tests end its input, and it stops the services undisturbed.
    with (home / "stack.log").open("w") as log:
        runner = isolated_stack.run(
            environment,
            "-m",
            "tests.browser.stack",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert runner.stdin and runner.stdout
    try:
        output = ""
        for line in runner.stdout:
            if line.strip() == "ready":
                yield Stack(f"http://127.0.0.1:{environment['AIRFLOW__API__PORT']}", home, environment)
                break
            output += line
        else:
            raise RuntimeError(f"the stack did not start: {output}{(home / 'stack.log').read_text()[-2000:]}")
    finally:
        runner.stdin.close()
        runner.stdout.read()
        runner.wait()


def _environment(home: Path) -> dict[str, str]:
    """Return the environment of a stack with three users and no integrations, which notices new files at once."""
    (home / "integrations").mkdir()
    (home / "passwords.json").write_text(json.dumps(USERS))
    settings = isolated_stack.environment(home)
    return settings | {
        "WEARABLES_WHOOP_HOSTS": "127.0.0.1",
        "WEARABLES_INTEGRATIONS": str(home / "integrations"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,user:user,viewer:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "1",
    }


def main() -> None:
    """Start the stack, print ``ready``, wait for the end of the input, and stop the stack."""
    from wearables_dev.local import stack

    try:
        stack.up()
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        # The reader of our output may be gone.
        with Path(os.devnull).open("w") as devnull, redirect_stdout(devnull):
            stack.down()
            stack.delete_data()
        shutil.rmtree(Path(os.environ["WEARABLES_LOCAL"]).parent, ignore_errors=True)


if __name__ == "__main__":
    main()
