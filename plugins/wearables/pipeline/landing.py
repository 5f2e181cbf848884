"""The landing zone: a source's answers, complete and unchanged, as newline-delimited JSON.

    <landing>/<integration>/<run>/<chunk>/<athlete>/<collection>.ndjson.gz    one record per line; then its manifest
                                  <chunk>/<owner>/<collection>.<attempt>.rejected.ndjson.gz

Records that cannot be staged are rejected. Each is stored in the folder of its owner, the athlete whom it names, so
that an erasure deletes it. This can be another athlete, if the source mixes up its answers. The manifest names the
attempt that is complete.

Any storage that Airflow's object storage supports will do. The manifest is the last line of a file, and a file without
one does not count, so a task that is killed leaves either a complete answer or none.
"""

import gzip
import hashlib
import json
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from typing import IO, Any

import msgspec
from isal import igzip, isal_zlib

from wearables.core.errors import PermanentError
from wearables.core.settings import landing_url
from wearables.pipeline.answer import COMPRESSION_LEVEL, Answer
from wearables.pipeline.storage import available, copy, file_system, make_folder

BLOCK_BYTES = 256 * 1024
# What reading a damaged file raises.
DAMAGED: tuple[type[Exception], ...] = (EOFError, gzip.BadGzipFile, isal_zlib.error)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Describes an answer that has landed completely."""

    integration: str
    run_id: str
    athlete_id: int
    collection: str
    chunk_start: str
    chunk_end: str
    pages: int
    records: int
    rejected: int
    requests: int
    waited_seconds: float
    seconds: float
    sha256: str  # of the uncompressed records
    attempt: str = ""
    unknown_fields: tuple[str, ...] = ()


class _LastLine(msgspec.Struct, forbid_unknown_fields=True):
    """The last line of a file; a record has other fields."""

    manifest: Manifest


class Landing:
    """One athlete's answer for one collection and chunk. Its methods raise LandingUnavailable if the storage fails."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._storage, path = file_system(url)
        self._folder, _, self._collection = path.rpartition("/")
        self._path = f"{path}.ndjson.gz"

    @classmethod
    def at(cls, *parts: str) -> "Landing":
        """Return the landing below the configured zone."""
        return cls("/".join([landing_url().rstrip("/"), *parts]))

    def commit(self, answer: Answer, manifest: Manifest) -> None:
        """Store an answer, in place of an earlier one. It has landed when this returns."""
        with available(), answer.closed(msgspec.json.encode(_LastLine(manifest))) as content:
            for owner, lines in answer.rejects.items():
                self._write_rejects(owner, manifest.attempt, lines)
            try:
                copy(content, self._storage, self._path)
            except FileNotFoundError:
                make_folder(self._storage, self._folder)
                copy(content, self._storage, self._path)

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None if the answer has not landed completely."""
        try:
            with available(), self._open(self._path) as stored, igzip.open(stored) as file:
                last = deque(file, maxlen=1)[0]
            return msgspec.json.decode(last, type=_LastLine).manifest
        except (FileNotFoundError, IndexError, msgspec.DecodeError, *DAMAGED):
            return None

    def records(self) -> Iterator[list[bytes]]:
        """Yield the records, as lists of lines. Raises PermanentError if they do not match the manifest."""
        digest = hashlib.sha256()
        manifest = None
        last = b""
        try:
            with available(), self._open(self._path) as stored, igzip.open(stored) as file:
                while block := file.read(BLOCK_BYTES):
                    block = last + block
                    # Any line may be the last one, which is the manifest.
                    end = block.rfind(b"\n", 0, -1) + 1
                    lines, last = block[:end], block[end:]
                    digest.update(lines)
                    if lines:
                        yield lines[:-1].split(b"\n")
            manifest = msgspec.json.decode(last, type=_LastLine).manifest
        except (FileNotFoundError, msgspec.DecodeError, *DAMAGED):
            pass
        if manifest is None or digest.hexdigest() != manifest.sha256:
            raise PermanentError(f"{self.url} has changed since it landed. Delete the file, then clear the run.")

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the rejected records: athlete_id, record_id, reason and payload. Those of erased athletes are gone."""
        manifest = self.manifest()
        if manifest is None:
            return
        with available():
            chunk, name = escape(self._folder.rpartition("/")[0]), escape(self._rejects(manifest.attempt))
            for path in sorted(self._storage.glob(f"{chunk}/*/{name}")):
                with suppress(FileNotFoundError), self._open(path) as raw, igzip.open(raw) as lines:
                    for line in lines:
                        yield json.loads(line)

    def _write_rejects(self, owner: int, attempt: str, lines: list[bytes]) -> None:
        folder = f"{self._folder.rpartition('/')[0]}/{owner}"
        make_folder(self._storage, folder)
        # If the owner is being erased at this moment, the folder has been deleted again.
        with suppress(FileNotFoundError):
            self._storage.pipe_file(f"{folder}/{self._rejects(attempt)}", _compressed(lines))

    def _rejects(self, attempt: str) -> str:
        return f"{self._collection}.{attempt}.rejected.ndjson.gz"

    def _open(self, path: str) -> IO[bytes]:
        return self._storage.open(path, "rb")


def _compressed(lines: list[bytes]) -> bytes:
    return igzip.compress(b"".join(lines), COMPRESSION_LEVEL, mtime=0)
