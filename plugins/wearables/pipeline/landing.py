"""The landing zone: a source's answers, complete and unchanged, as newline-delimited JSON with a manifest.

    <landing>/<integration>/<run>/<chunk>/<athlete>/<collection>.ndjson.gz      one record per line
                                                    <collection>.manifest.json  written last
                                  <chunk>/<owner>/<collection>.<attempt>.rejected.ndjson.gz

Records that cannot be staged are rejected. Each is stored in the folder of its owner, the athlete whom it names, so
that an erasure deletes it. This can be another athlete, if the source mixes up its answers. The manifest names the
attempt that is complete.

Any storage that Airflow's object storage supports will do. An answer without a manifest does not count, so a task that
is killed leaves either a complete answer or none.
"""

import gzip
import json
import secrets
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from glob import escape
from typing import IO, Any

import msgspec

from wearables.core.errors import PermanentError
from wearables.core.settings import landing_url
from wearables.pipeline.compression import HashingStream, compressed, decompressed
from wearables.pipeline.storage import available, file_system, make_folder, write

# Enough of a rejected record to find out what is wrong with it.
MAX_REJECTED_BYTES = 1024 * 1024


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
    sha256: str  # of the compressed file of records
    attempt: str = ""
    unknown_fields: tuple[str, ...] = ()


class Landing:
    """One athlete's answer for one collection and chunk. Its methods raise LandingUnavailable if the storage fails."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._storage, path = file_system(url)
        self._folder, _, self._collection = path.rpartition("/")
        self._records = f"{path}.ndjson.gz"
        self._manifest = f"{path}.manifest.json"

    @classmethod
    def at(cls, *parts: str) -> "Landing":
        """Return the landing below the configured zone."""
        return cls("/".join([landing_url().rstrip("/"), *parts]))

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """Write records; nothing has landed until ``commit``."""
        with available():
            make_folder(self._storage, self._folder)
            with suppress(FileNotFoundError):
                self._storage.rm_file(self._manifest)
        files = ExitStack()
        try:
            with available():
                writer = Writer(files, self._open(self._records, "wb"))
            yield writer
        except BaseException:
            # A full disk fails again when the buffers are flushed; the first error is the one to report.
            with suppress(OSError):
                files.close()
            raise
        with available():
            files.close()
            for owner, lines in writer.rejects.items():
                self._write_rejects(owner, writer.attempt, lines)

    def commit(self, manifest: Manifest) -> None:
        """Declare the answer complete."""
        with available(), self._open(self._manifest, "wb") as file:
            file.write(msgspec.json.encode(manifest))

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None if the answer has not landed completely."""
        try:
            with available(), self._open(self._manifest, "rb") as file:
                return msgspec.json.decode(file.read(), type=Manifest)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def lines(self, manifest: Manifest | None) -> Iterator[bytes]:
        """Yield the records, one per line. Raises PermanentError if they do not match the manifest."""
        with available(), self._open(self._records, "rb") as stored:
            hashed = HashingStream(stored)
            try:
                with decompressed(hashed) as lines:
                    yield from lines
            except (EOFError, gzip.BadGzipFile, zlib.error):
                manifest = None
        if manifest is None or hashed.sha256 != manifest.sha256:
            raise PermanentError(f"{self.url} has changed since it landed. Delete its manifest and run the pull again.")

    def rejects(self) -> Iterator[dict[str, Any]]:
        """Yield the rejected records: athlete_id, record_id, reason and payload. Those of erased athletes are gone."""
        manifest = self.manifest()
        if manifest is None:
            return
        with available():
            chunk, name = escape(self._folder.rpartition("/")[0]), escape(self._rejects(manifest.attempt))
            for path in sorted(self._storage.glob(f"{chunk}/*/{name}")):
                with suppress(FileNotFoundError), self._open(path, "rb") as raw, gzip.open(raw) as lines:
                    for line in lines:
                        yield json.loads(line)

    def _write_rejects(self, owner: int, attempt: str, lines: list[bytes]) -> None:
        folder = f"{self._folder.rpartition('/')[0]}/{owner}"
        make_folder(self._storage, folder)
        # If the owner is being erased at this moment, the folder has been deleted again.
        with (
            suppress(FileNotFoundError),
            self._open(f"{folder}/{self._rejects(attempt)}", "wb") as file,
            compressed(file) as rejects,
        ):
            rejects.writelines(lines)

    def _rejects(self, attempt: str) -> str:
        return f"{self._collection}.{attempt}.rejected.ndjson.gz"

    def _open(self, path: str, mode: str) -> IO[bytes]:
        return self._storage.open(path, mode)


class Writer:
    """Writes the records of an answer, counts them and hashes their file; keeps the rejected ones until the end."""

    def __init__(self, files: ExitStack, records: IO[bytes]) -> None:
        self._stored = HashingStream(files.enter_context(records))
        self._records = files.enter_context(compressed(self._stored))
        self.attempt = secrets.token_hex(8)
        self.rejects: dict[int, list[bytes]] = {}
        self.records = 0
        self.rejected = 0

    def write(self, line: bytes) -> None:
        """Write a record: one line of JSON without its newline."""
        write(self._records, line + b"\n")
        self.records += 1

    def reject(self, record: bytes, owner: int, record_id: str, reason: str) -> None:
        """Keep the start of a record that cannot be staged, with its owner and the reason."""
        payload = record[:MAX_REJECTED_BYTES].decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
        rejected = {"athlete_id": owner, "record_id": record_id, "reason": reason, "payload": payload}
        self.rejects.setdefault(owner, []).append(json.dumps(rejected).encode() + b"\n")
        self.rejected += 1

    @property
    def sha256(self) -> str:
        """The digest of the file of records; final once the file is closed."""
        return self._stored.sha256
