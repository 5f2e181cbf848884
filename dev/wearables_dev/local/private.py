"""Only the owner of a checkout may read its data, keys and logs."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from wearables.core.settings import landing_url
from wearables_dev.local.paths import LOCAL, POSTGRES_HOME

UMASK = 0o077


def keep_private() -> None:
    """Let only the owner read the files of this checkout, old ones too, and all new files of this process."""
    os.umask(UMASK)
    folders = [LOCAL, Path(os.environ["AIRFLOW_HOME"])]
    zone = urlsplit(landing_url())
    if zone.scheme == "file":
        folders.append(Path(unquote(zone.path)))
    for folder in folders:
        if folder.is_dir() and folder.stat().st_mode & UMASK:
            _tighten(folder)


def _tighten(folder: Path) -> None:
    """Make a folder and its content private. The folder comes last, so that an interrupted call is repeated."""
    for parent, names, files in os.walk(folder):
        if POSTGRES_HOME.name in names and Path(parent) == LOCAL:
            names.remove(POSTGRES_HOME.name)  # It belongs to the server's account, and is private already.
        for path in (Path(parent, name) for name in (*names, *files)):
            # A file may belong to another account or disappear in the meantime.
            with suppress(OSError):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode & ~UMASK)
    # As root, an older version may have stored the server's data below this folder, where its account must reach them.
    needs_passage = folder == LOCAL and POSTGRES_HOME.exists() and not POSTGRES_HOME.is_symlink() and os.geteuid() == 0
    with suppress(OSError):
        folder.chmod(0o711 if needs_passage else 0o700)
