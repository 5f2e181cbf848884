"""The programs that supervisor keeps running; supervisord.conf lists them."""

import os
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from wearables.core.errors import PermanentError
from wearables.core.settings import PROJECT_DIR
from wearables.local.paths import LOCAL, LOGS

CONF = Path(__file__).with_name("supervisord.conf")
PIDFILE = LOCAL / "supervisord.pid"
LONGEST_SOCKET_PATH = 90
STOP_SECONDS = 40
START_SECONDS = 15


@dataclass(frozen=True)
class Program:
    """A program as supervisor sees it."""

    name: str
    pid: int
    state: str
    started_at: int

    @property
    def is_up(self) -> bool:
        """Whether it runs or is about to."""
        return self.state in {"RUNNING", "STARTING", "BACKOFF"}


def socket_path() -> Path:
    """Supervisor's socket; the system allows no long path, so a deep checkout has it elsewhere."""
    path = LOCAL / "supervisor.sock"
    if len(str(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = sha256(str(LOCAL).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"wearables-{os.getuid()}-{name}.sock"


def environment() -> dict[str, str]:
    """What the services inherit: the settings, without what only this process needs."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # Set for our own look into Airflow's connections; a task must ask the API.
    inherited.pop("_AIRFLOW_PROCESS_CONTEXT", None)
    places = {"PROJECT_DIR": str(PROJECT_DIR), "WEARABLES_LOCAL": str(LOCAL), "WEARABLES_SOCKET": str(socket_path())}
    return inherited | places


def is_running() -> bool:
    """Whether supervisor runs."""
    return _supervisor() is not None


def launch() -> None:
    """Start supervisor, which starts nothing by itself. Raises PermanentError."""
    if is_running():
        return
    LOGS.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "supervisor.supervisord", "-c", str(CONF)]
    started = subprocess.run(words, env=environment(), capture_output=True, text=True, check=False)  # noqa: S603
    deadline = time.monotonic() + START_SECONDS
    while started.returncode == 0 and time.monotonic() < deadline:
        with suppress(OSError, xmlrpc.client.Error):
            programs()
            return
        time.sleep(0.1)
    reason = (started.stderr.strip().splitlines() or ["it does not answer"])[-1]
    raise PermanentError(f"Supervisor does not start: {reason} (see {LOGS / 'supervisord.log'})")


def start(*names: str) -> None:
    """Start programs that are not up; does not wait for them."""
    known = {program.name: program for program in programs()}
    for name in names:
        if not known[name].is_up:
            _rpc().supervisor.startProcess(_full_name(name), False)


def programs() -> list[Program]:
    """All programs. Raises OSError when supervisor is not there."""
    return [
        Program(info["name"], info["pid"], info["statename"], info["start"])
        for info in _rpc().supervisor.getAllProcessInfo()
    ]


def program(name: str) -> Program:
    """One program."""
    return next(each for each in programs() if each.name == name)


def refuse_broken() -> None:
    """Raises PermanentError when supervisor has given a program up."""
    for each in programs():
        if each.state == "FATAL":
            raise PermanentError(
                f"The {each.name} does not stay up: {last_line(each.name)} (see {log_file(each.name)})"
            )


def log_file(name: str) -> Path:
    """Log of a program."""
    return LOGS / f"{name}.log"


def last_line(name: str) -> str:
    """The last line a program logged."""
    with suppress(OSError):
        lines = log_file(name).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
    return "it said nothing"


def stop() -> int:
    """Stop everything that belongs to this checkout and wait until it is gone; returns how many processes ended."""
    family = list(_family())
    supervisor = _supervisor()
    for process in [supervisor] if supervisor else family:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    socket_path().unlink(missing_ok=True)
    return len(family)


def _supervisor() -> psutil.Process | None:
    """Supervisor's process. The number alone proves nothing: after a restart of the machine it may be another's."""
    with suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(PIDFILE.read_text()))
        if str(CONF) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _family() -> Iterator[psutil.Process]:
    """Supervisor and all below it, or what a killed supervisor left behind.

    Supervisor leads a session, and what it starts stays in it whatever it calls itself later.
    """
    with suppress(OSError, ValueError):
        session = int(PIDFILE.read_text())
        seen = set()
        for member in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if os.getsid(member.pid) != session or not _is_ours(member):
                    continue
                for process in (member, *member.children(recursive=True)):
                    if process.pid not in seen:
                        seen.add(process.pid)
                        yield process


def _is_ours(process: psutil.Process) -> bool:
    return process.cwd() == str(PROJECT_DIR) and Path(process.exe()) == Path(sys.executable).resolve()


def _full_name(name: str) -> str:
    return name if name == "sandbox" else f"airflow:{name}"


def _rpc() -> Any:
    """Supervisor's interface; the address is a formality."""
    return xmlrpc.client.ServerProxy(
        "http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{socket_path()}")
    )
