"""The landing zone: a source's answers, complete and unchanged, as newline-delimited JSON with a manifest.

    <landing>/<integration>/<run>/<chunk>/<athlete>/<collection>.ndjson.gz        one record per line
                                                    <collection>.rejected.ndjson.gz  records that cannot be staged
                                                    <collection>.manifest.json      written last

Any storage that Airflow's object storage supports will do. An answer without a manifest does not count, so a task that
is killed leaves either a complete answer or none.
"""

import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import IO
from urllib.parse import urlsplit

import msgspec
from airflow.sdk import ObjectStoragePath
from fsspec import AbstractFileSystem
from fsspec.dircache import DirCache
from fsspec.implementations.local import LocalFileSystem

from wearables.core.errors import LandingUnavailable, PermanentError
from wearables.core.settings import landing_url
from wearables.pipeline.compression import HashingStream, compressed, decompressed


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
    unknown_fields: tuple[str, ...] = ()


@cache
def _storage(zone: str) -> AbstractFileSystem:
    """Return the file system below a URL's scheme and host; looking it up takes longer than reading a file."""
    storage = ObjectStoragePath(zone).fs
    # A cached listing would hide files that another worker has landed since.
    storage.dircache = DirCache(use_listings_cache=False)
    return storage


def file_system(url: str) -> tuple[AbstractFileSystem, str]:
    """Return the file system of a URL, and the path in it."""
    parts = urlsplit(url)
    # Airflow writes a connection before the bucket's name: s3://connection@bucket/key
    return _storage(f"{parts.scheme}://{parts.netloc}/"), parts.netloc.rpartition("@")[2] + parts.path


def _unavailable(error: OSError) -> LandingUnavailable:
    # The error's own text may contain credentials.
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return LandingUnavailable(
        f"The landing zone failed ({reason}). Check WEARABLES_LANDING, free space and permissions."
    )


@contextmanager
def _available() -> Iterator[None]:
    """Raise LandingUnavailable for an error of the storage, other than a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unavailable(error) from None


def _write(file: io.BufferedWriter, content: bytes) -> None:
    # Per record, a context manager is measurably slower.
    try:
        file.write(content)
    except OSError as error:
        raise _unavailable(error) from None


class Landing:
    """One athlete's answer for one collection and chunk. Its methods raise LandingUnavailable if the storage fails."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._storage, path = file_system(url)
        self._folder = path.rpartition("/")[0]
        self._records = f"{path}.ndjson.gz"
        self._rejected = f"{path}.rejected.ndjson.gz"
        self._manifest = f"{path}.manifest.json"

    @classmethod
    def at(cls, *parts: str) -> "Landing":
        """Return the landing below the configured zone."""
        return cls("/".join([landing_url().rstrip("/"), *parts]))

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """Write records; nothing has landed until ``commit``."""
        with _available():
            # Object stores have no folders; asked for one, some create the bucket that a misspelt URL names.
            if isinstance(self._storage, LocalFileSystem):
                self._storage.makedirs(self._folder, exist_ok=True)
            with suppress(FileNotFoundError):
                self._storage.rm_file(self._manifest)
        files = ExitStack()
        try:
            with _available():
                writer = Writer(files, self._open(self._records, "wb"), lambda: self._open(self._rejected, "wb"))
            yield writer
        except BaseException:
            # A full disk fails again when the buffers are flushed; the first error is the one to report.
            with suppress(OSError):
                files.close()
            raise
        with _available():
            files.close()

    def commit(self, manifest: Manifest) -> None:
        """Declare the answer complete."""
        with _available(), self._open(self._manifest, "wb") as file:
            file.write(msgspec.json.encode(manifest))

    def manifest(self) -> Manifest | None:
        """Return the manifest, or None if the answer has not landed completely."""
        try:
            with _available(), self._open(self._manifest, "rb") as file:
                return msgspec.json.decode(file.read(), type=Manifest)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def lines(self, manifest: Manifest | None) -> Iterator[bytes]:
        """Yield the records, one per line. Raises PermanentError if they do not match the manifest."""
        with _available(), self._open(self._records, "rb") as stored:
            hashed = HashingStream(stored)
            try:
                with decompressed(hashed) as lines:
                    yield from lines
            except (EOFError, gzip.BadGzipFile, zlib.error):
                manifest = None
        if manifest is None or hashed.sha256 != manifest.sha256:
            raise PermanentError(f"{self.url} has changed since it landed. Delete its manifest and run the pull again.")

    def rejects(self) -> Iterator[dict[str, str]]:
        """Yield the records that cannot be staged: record_id, reason and payload."""
        with _available(), self._open(self._rejected, "rb") as raw, gzip.open(raw) as lines:
            for line in lines:
                yield json.loads(line)

    def _open(self, path: str, mode: str) -> IO[bytes]:
        return self._storage.open(path, mode)


class Writer:
    """Writes the files of an answer, counts the records and hashes their file."""

    def __init__(self, files: ExitStack, records: IO[bytes], open_rejects: Callable[[], IO[bytes]]) -> None:
        self._files = files
        self._stored = HashingStream(files.enter_context(records))
        self._records = files.enter_context(compressed(self._stored))
        self._open_rejects = open_rejects
        self._rejects: io.BufferedWriter | None = None
        self.records = 0
        self.rejected = 0

    def write(self, line: bytes) -> None:
        """Write a record: one line of JSON without its newline."""
        _write(self._records, line + b"\n")
        self.records += 1

    def reject(self, record: bytes, record_id: str, reason: str) -> None:
        """Keep a record that cannot be staged, with the reason."""
        if self._rejects is None:
            with _available():
                file = self._files.enter_context(self._open_rejects())
            self._rejects = self._files.enter_context(compressed(file))
        payload = record.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
        line = json.dumps({"record_id": record_id, "reason": reason, "payload": payload})
        _write(self._rejects, line.encode() + b"\n")
        self.rejected += 1

    @property
    def sha256(self) -> str:
        """The digest of the file of records; final once the file is closed."""
        return self._stored.sha256
