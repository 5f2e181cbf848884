"""The drop folder: ``<landing>/<integration>/inbox/exports/<athlete>/<any name>.zip``.

A file is deleted when it is imported or rejected, because it contains answers and notes that the team may not see.
"""

import logging
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from airflow.sdk import ObjectStoragePath
from fsspec.implementations.local import LocalFileSystem

from wearables.core.errors import ExportRejected, LandingUnavailable, PermanentError
from wearables.core.integration_files import integration_files
from wearables.core.integrations import load_integration, load_integrations
from wearables.core.settings import landing_url
from wearables.core.warehouse import transaction, warehouse
from wearables.pipeline.storage import file_system
from wearables.whoop_export.archive import MAX_ARCHIVE_BYTES, MEGABYTE, NO_FILE, USE_ORIGINAL
from wearables.whoop_export.enrolment_check import require_enrolled

log = logging.getLogger(__name__)

# At the same depth as the files that a pull lands, so that erasing an athlete's landed files also deletes exports.
FOLDER = "inbox/exports"
# Files that changed more recently may still be uploading, or belong to the run that their upload triggered.
SETTLED_SECONDS = 600
ZIP_SIGNATURE = b"PK"


@dataclass(frozen=True)
class Dropped:
    """A file in the drop folder."""

    integration: str
    athlete_id: int
    url: str


def receive(integration: str, athlete_id: int, stream: IO[bytes]) -> str:
    """Store an upload in the drop folder and return its URL.

    Raises PermanentError if the integration does not exist, and ExportRejected if the athlete is not enrolled or the
    upload is not a ZIP or too large. Then nothing is stored.
    """
    name = load_integration(integration).name
    with transaction(warehouse()) as connection:
        require_enrolled(connection, name, athlete_id)
    # Use a random name: the file's own name may be a path, or reveal who the athlete is.
    path = _folder(name) / str(athlete_id) / f"{uuid.uuid4()}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as target:
            _copy(stream, target)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return str(path)


def conf(integration: str, athlete_id: int, url: str) -> dict[str, Any]:
    """Return the configuration that triggers the DAG whoop_export for one file."""
    return {"integration": integration, "athlete": athlete_id, "file": url}


def find(integration: str, athlete_id: int, file: str) -> Dropped:
    """Return the file in the athlete's drop folder that has this name or URL.

    Raises PermanentError, with the same text if the file is missing, cannot be read, or is anywhere else.
    """
    name = load_integration(integration).name
    folder = f"{_folder(name)}/{athlete_id}/"
    url = f"file://{file}" if file.startswith("/") else file
    file_name = url.removeprefix(folder)
    if not file_name.isprintable() or "/" in file_name or not _is_file(folder + file_name):
        raise PermanentError(NO_FILE)
    return Dropped(name, athlete_id, folder + file_name)


def waiting() -> Iterator[Dropped]:
    """Yield the files in the drop folders that have not changed for SETTLED_SECONDS.

    Files of an integration whose own file is invalid wait until it is corrected.
    """
    for integration in load_integrations():
        for folder in _children(_folder(integration.name)):
            if not folder.name.isdecimal():
                log.warning("%s: ignored a folder in the drop folder: its name is not an athlete id", integration.name)
                continue
            for file in _children(folder):
                if file.suffix.lower() == ".zip" and _is_file(str(file)) and _is_settled(file):
                    yield Dropped(integration.name, int(folder.name), str(file))


def discard(url: str) -> None:
    """Delete a file if it is in a drop folder. Never delete any other file."""
    for path in integration_files():
        if url.startswith(f"{_folder(path.stem)}/") and ".." not in url:
            ObjectStoragePath(url).unlink(missing_ok=True)


def _folder(integration: str) -> ObjectStoragePath:
    return ObjectStoragePath(landing_url().rstrip("/")) / integration / FOLDER


def _is_file(url: str) -> bool:
    """Return whether a URL in a drop folder is a file. A link that leads out of the folder does not count."""
    storage, path = file_system(url)
    if isinstance(storage, LocalFileSystem):
        folder, name = os.path.split(path)
        inbox, athlete = os.path.split(folder)
        if Path(os.path.realpath(path)) != Path(os.path.realpath(inbox), athlete, name):
            return False
    try:
        return bool(storage.isfile(path))
    except OSError as error:
        raise LandingUnavailable(f"The drop folder cannot be read ({type(error).__name__}). Try again.") from None


def _is_settled(file: ObjectStoragePath) -> bool:
    return time.time() - file.stat().st_mtime > SETTLED_SECONDS


def _children(folder: ObjectStoragePath) -> list[ObjectStoragePath]:
    try:
        return sorted(folder.iterdir(), key=str)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _copy(stream: IO[bytes], target: IO[bytes]) -> None:
    size = 0
    while block := stream.read(MEGABYTE):
        if not size and not block.startswith(ZIP_SIGNATURE):
            raise ExportRejected(f"The file is not a ZIP. {USE_ORIGINAL}")
        size += len(block)
        if size > MAX_ARCHIVE_BYTES:
            raise ExportRejected(f"The file is larger than {MAX_ARCHIVE_BYTES // MEGABYTE} MB. {USE_ORIGINAL}")
        target.write(block)
    if not size:
        raise ExportRejected(f"The file is empty. {USE_ORIGINAL}")
