"""The drop folder: ``<landing>/<integration>/inbox/exports/<athlete>/<any name>.zip``.

A file stays there until it was imported or refused, and is then deleted: it holds what the team may not see.
"""

import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from airflow.sdk import ObjectStoragePath

from wearables.core.errors import ExportRejected
from wearables.core.integrations import integration_files, load_integration
from wearables.core.settings import landing_url
from wearables.core.warehouse import transaction, warehouse
from wearables.whoop_export.archive import HAND_IN, MAX_ARCHIVE_BYTES, MEGABYTE
from wearables.whoop_export.enrolment_check import refuse_stranger

log = logging.getLogger(__name__)

# As deep as what a pull lands: whoever deletes an athlete's files finds them too.
FOLDER = "inbox/exports"
# A file may still be on its way; and one that was received has a run of its own, which comes first.
SETTLED_SECONDS = 600
ZIP_BEGINS = b"PK"


@dataclass(frozen=True)
class Dropped:
    """A file in the drop folder."""

    integration: str
    athlete_id: int
    url: str


def receive(integration: str, athlete_id: int, stream: IO[bytes]) -> str:
    """Store an upload in the drop folder; returns its URL. Nothing of an athlete who has not consented is stored.

    Raises PermanentError for an unknown integration, ExportRejected for a stranger, or what is too large or no ZIP.
    """
    name = load_integration(integration).name
    with transaction(warehouse()) as connection:
        refuse_stranger(connection, name, athlete_id)
    # A name of our own: the uploader's may lead anywhere, or tell who it is.
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
    """What the DAG whoop_export is triggered with."""
    return {"integration": integration, "athlete": athlete_id, "file": url}


def waiting() -> Iterator[Dropped]:
    """The files that lie in the drop folders of all integrations, and have settled."""
    for path in integration_files():
        for folder in _children(_folder(path.stem)):
            if not folder.name.isdecimal():
                log.warning("%s: a folder of the drop folder is not named by an athlete's id; it is ignored", path.stem)
                continue
            for file in _children(folder):
                if file.suffix.lower() == ".zip" and time.time() - file.stat().st_mtime > SETTLED_SECONDS:
                    yield Dropped(path.stem, int(folder.name), str(file))


def discard(url: str) -> None:
    """Delete a file of the drop folder; any other stays where it is."""
    for path in integration_files():
        if url.startswith(f"{_folder(path.stem)}/") and ".." not in url:
            ObjectStoragePath(url).unlink(missing_ok=True)


def _folder(integration: str) -> ObjectStoragePath:
    return ObjectStoragePath(landing_url().rstrip("/")) / integration / FOLDER


def _children(folder: ObjectStoragePath) -> list[ObjectStoragePath]:
    try:
        return sorted(folder.iterdir(), key=str)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _copy(stream: IO[bytes], target: IO[bytes]) -> None:
    size = 0
    while block := stream.read(MEGABYTE):
        if not size and not block.startswith(ZIP_BEGINS):
            raise ExportRejected(f"The file is not a ZIP; {HAND_IN}.")
        size += len(block)
        if size > MAX_ARCHIVE_BYTES:
            raise ExportRejected(f"The file is larger than {MAX_ARCHIVE_BYTES // MEGABYTE} MB; {HAND_IN}.")
        target.write(block)
    if not size:
        raise ExportRejected(f"The file is empty; {HAND_IN}.")
