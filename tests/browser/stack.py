"""A whole Airflow of its own for the browser: started by the code of `make up`, gone with the process that wanted it.

Run as a program it starts the services, says `ready`, and stops them when its input ends: also when whoever started
it was killed.
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

from wearables.local import isolated_stack

USERS = {"admin": "admin", "user": "user", "viewer": "viewer"}


@dataclass(frozen=True)
class Stack:
    """A running Airflow."""

    url: str
    home: Path
    settings: dict[str, str] = field(repr=False)

    def run(self, module: str) -> None:
        """Run a module as a program with the settings of the stack."""
        assert isolated_stack.run(self.settings, "-m", module).wait() == 0, module

    @property
    def integrations(self) -> Path:
        """Folder of the integration files."""
        return self.home / "integrations"

    @property
    def logs(self) -> str:
        """Everything the services have logged so far, tasks included."""
        paths = [*(self.home / "local" / "logs").rglob("*.log"), *(self.home / "airflow" / "logs").rglob("*.log")]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


@contextmanager
def running() -> Iterator[Stack]:
    """Start the stack on free ports, in a folder that goes with it."""
    home = Path(tempfile.mkdtemp(prefix="wearables-browser-"))
    environment = _environment(home)
    # Ctrl-C reaches the tests, which then end its input; a second signal would cut its work short.
    with (home / "stack.log").open("w") as log:
        keeper = isolated_stack.run(
            environment, "-m", "tests.browser.stack",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
        )  # fmt: skip
    assert keeper.stdin and keeper.stdout
    try:
        said = ""
        for line in keeper.stdout:
            if line.strip() == "ready":
                yield Stack(f"http://127.0.0.1:{environment['AIRFLOW__API__PORT']}", home, environment)
                break
            said += line
        else:
            raise RuntimeError(f"the stack has not started: {said}{(home / 'stack.log').read_text()[-2000:]}")
    finally:
        keeper.stdin.close()
        keeper.stdout.read()
        keeper.wait()


def _environment(home: Path) -> dict[str, str]:
    """A stack of its own, with three users and an empty folder of integrations, that sees new files at once."""
    (home / "integrations").mkdir()
    (home / "passwords.json").write_text(json.dumps(USERS))
    settings = isolated_stack.environment(home)
    return settings | {
        "WEARABLES_INTEGRATIONS": str(home / "integrations"),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin,user:user,viewer:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "1",
    }


def keep() -> None:
    """Start, say so, wait for the end of the input, stop."""
    from wearables.local import stack

    try:
        stack.up()
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        # Whoever listened may be gone.
        with Path(os.devnull).open("w") as nobody, redirect_stdout(nobody):
            stack.down()
            stack.delete_data()
        shutil.rmtree(Path(os.environ["WEARABLES_LOCAL"]).parent, ignore_errors=True)


if __name__ == "__main__":
    keep()
