"""The landing zone: a source's answers, complete and unchanged, as newline-delimited JSON.

    <landing>/<integration>/<run>/<chunk>/<athlete>/<collection>.ndjson.gz    one record per line; then its manifest
                                  <chunk>/<owner>/<collection>.<attempt>.rejected.ndjson.gz

Records that cannot be staged are rejected. Each is stored in the folder of its owner, the athlete whom it names, so
that an erasure deletes it. This can be another athlete, if the source mixes up its answers. The last line of the
answer's file names the attempt that is complete.

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
from typing import IO, Any, cast

import msgspec
from isal import igzip, isal_zlib

from wearables.core.errors import PermanentError
from wearables.core.settings import landing_url
from wearables.pipeline.answer import Answer, compressed
from wearables.pipeline.storage import available, copy, file_system, make_folder

BLOCK_BYTES = 256 * 1024
SMALL_BYTES = 64 * 1024
# What reading a damaged file raises.
DAMAGED = (EOFError, gzip.BadGzipFile, cast("type[Exception]", isal_zlib.error))


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
    unknown_fields: tuple[str, ...] = ()


class _LastLine(msgspec.Struct, forbid_unknown_fields=True):
    """The last line of a file; a record has other fields. ``sha256`` is the digest of the uncompressed records."""

    manifest: Manifest
    sha256: str
    attempt: str


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

        def last_line(sha256: str) -> bytes:
            return msgspec.json.encode(_LastLine(manifest, sha256, answer.attempt))

        with available(), answer.closed(last_line) as content:
            for owner, lines in answer.rejects.items():
                self._write_rejects(owner, answer.attempt, lines)
            try:
                copy(content, self._storage, self._path)
            except FileNotFoundError:
                make_folder(self._storage, self._folder)
                copy(content, self._storage, self._path)

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None if the answer has not landed completely."""
        last = self._last_line()
        return last.manifest if last else None

    def records(self) -> Iterator[list[bytes]]:
        """Yield the records, as lists of lines. Raises PermanentError if they do not match the manifest."""
        digest = hashlib.sha256()
        last = b""
        expected = None
        try:
            with available(), self._open(self._path) as stored:
                for block in _blocks(stored):
                    block = last + block
                    # Any line may be the last one, which is the manifest.
                    end = block.rfind(b"\n", 0, -1) + 1
                    lines, last = block[:end], block[end:]
                    digest.update(lines)
                    if lines:
                        yield lines[:-1].split(b"\n")
            expected = msgspec.json.decode(last, type=_LastLine).sha256
        except (FileNotFoundError, msgspec.DecodeError, *DAMAGED):
            pass
        if digest.hexdigest() != expected:
            raise PermanentError(
                f"{self.url}.ndjson.gz is missing, is damaged or has changed since it landed. "
                "Delete it if it exists, then clear the run."
            )

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the rejected records: athlete_id, record_id, reason and payload. Those of erased athletes are gone."""
        last = self._last_line()
        if last is None:
            return
        with available():
            chunk, name = escape(self._folder.rpartition("/")[0]), escape(self._rejects(last.attempt))
            for path in sorted(self._storage.glob(f"{chunk}/*/{name}")):
                with suppress(FileNotFoundError), self._open(path) as raw, igzip.open(raw) as lines:
                    for line in lines:
                        yield json.loads(line)

    def _last_line(self) -> _LastLine | None:
        try:
            with available(), self._open(self._path) as stored, igzip.open(stored) as file:
                last = deque(file, maxlen=1)[0]
            return msgspec.json.decode(last, type=_LastLine)
        except (FileNotFoundError, IndexError, msgspec.DecodeError, *DAMAGED):
            return None

    def _write_rejects(self, owner: int, attempt: str, lines: list[bytes]) -> None:
        folder = f"{self._folder.rpartition('/')[0]}/{owner}"
        make_folder(self._storage, folder)
        # If the owner is being erased at this moment, the folder has been deleted again.
        with suppress(FileNotFoundError):
            self._storage.pipe_file(f"{folder}/{self._rejects(attempt)}", compressed(b"".join(lines)))

    def _rejects(self, attempt: str) -> str:
        return f"{self._collection}.{attempt}.rejected.ndjson.gz"

    def _open(self, path: str) -> IO[bytes]:
        return self._storage.open(path, "rb")


def _blocks(stored: IO[bytes]) -> Iterator[bytes]:
    """Yield the decompressed content in blocks. Most files are small; these are read at once, in half the time."""
    content = stored.read(SMALL_BYTES)
    if len(content) < SMALL_BYTES:
        yield igzip.decompress(content)
        return
    stored.seek(0)
    with igzip.open(stored) as file:
        while block := file.read(BLOCK_BYTES):
            yield block
