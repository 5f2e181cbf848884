"""The programs that supervisor keeps running. supervisord.conf lists them."""

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
from wearables_dev.local.databases import PRIVILEGED
from wearables_dev.local.paths import LOCAL, LOGS

CONF = Path(__file__).with_name("supervisord.conf")
PIDFILE = LOCAL / "supervisord.pid"
MAX_SOCKET_PATH = 90
STOP_SECONDS = 40
START_SECONDS = 15


@dataclass(frozen=True)
class Program:
    """A program and its state in supervisor."""

    name: str
    pid: int
    state: str
    started_at: int

    @property
    def is_up(self) -> bool:
        """Whether the program is running or starting."""
        return self.state in {"RUNNING", "STARTING", "BACKOFF"}


def socket_path() -> Path:
    """Return the path of supervisor's socket: in a temporary folder if it would be too long for a socket otherwise."""
    path = LOCAL / "supervisor.sock"
    if len(str(path)) <= MAX_SOCKET_PATH:
        return path
    name = sha256(str(LOCAL).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"wearables-{os.getuid()}-{name}.sock"


def environment() -> dict[str, str]:
    """Return the environment of the services: that of this process, without variables that they must not have.

    No service needs the passwords of the superuser and of the warehouse's owner.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # It lets this process read Airflow's connections from the database. Tasks must use the API instead.
    for name in ("_AIRFLOW_PROCESS_CONTEXT", *PRIVILEGED):
        inherited.pop(name, None)
    paths = {"PROJECT_DIR": str(PROJECT_DIR), "WEARABLES_LOCAL": str(LOCAL), "WEARABLES_SOCKET": str(socket_path())}
    return inherited | paths


def is_running() -> bool:
    """Return whether supervisor is running."""
    return _supervisor() is not None


def launch() -> None:
    """Start supervisor, without its programs. Raises PermanentError."""
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
    raise PermanentError(f"Supervisor did not start: {reason}. See {LOGS / 'supervisord.log'}.")


def start(*names: str) -> None:
    """Start those of the programs that are not running, without waiting for them."""
    known = {program.name: program for program in programs()}
    for name in names:
        if not known[name].is_up:
            _rpc().supervisor.startProcess(_full_name(name), False)


def programs() -> list[Program]:
    """Return all programs. Raises OSError if supervisor is not running."""
    return [
        Program(info["name"], info["pid"], info["statename"], info["start"])
        for info in _rpc().supervisor.getAllProcessInfo()
    ]


def program(name: str) -> Program:
    """Return a program by its name."""
    return next(each for each in programs() if each.name == name)


def check_programs() -> None:
    """Raise PermanentError if supervisor has given up on a program."""
    for each in programs():
        if each.state == "FATAL":
            raise PermanentError(f"The {each.name} keeps failing: {last_line(each.name)}. See {log_file(each.name)}.")


def log_file(name: str) -> Path:
    """Return the path of a program's log."""
    return LOGS / f"{name}.log"


def last_line(name: str) -> str:
    """Return the last line of a program's log."""
    with suppress(OSError):
        lines = log_file(name).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "no output"
    return "no output"


def stop() -> int:
    """Stop every process of this checkout, wait until all have ended, and return their number."""
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
    """Return supervisor's process, if it runs. After a reboot, another program may have the id in the pid file."""
    with suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(PIDFILE.read_text()))
        if str(CONF) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def _family() -> Iterator[psutil.Process]:
    """Yield supervisor and its descendants, or the processes that a killed supervisor left running.

    Search by session, of which supervisor is the leader: a process can change its title, but not its session.
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
    """Return supervisor's XML-RPC interface. The URL is required, but the transport ignores it."""
    return xmlrpc.client.ServerProxy(
        "http://127.0.0.1", transport=SupervisorTransport(None, None, f"unix://{socket_path()}")
    )
