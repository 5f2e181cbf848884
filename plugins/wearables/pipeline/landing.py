"""The landing zone: what a source answered, whole, as newline-delimited JSON with a manifest.

    <landing>/<integration>/<run>/<chunk>/<athlete>/<collection>.ndjson.gz        one record a line
                                                    <collection>.rejected.ndjson.gz   what cannot be staged, if any
                                                    <collection>.manifest.json        written last: all of it is there

Any storage that Airflow's object storage knows will do. Without a manifest nothing has landed, so a kill at
any moment leaves either the whole answer or none.
"""

import gzip
import hashlib
import io
import json
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

from wearables.core.settings import landing_url

# The records are compact already; a higher level costs three times the time for a sixth of the size.
COMPRESSION_LEVEL = 1
BUFFER_BYTES = 64 * 1024


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside it; written when everything else has been."""

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
    sha256: str  # of the file of records, as it is stored
    unknown_fields: tuple[str, ...] = ()


@cache
def _storage(zone: str) -> AbstractFileSystem:
    """The file system below a URL's scheme and host: finding it takes longer than reading a file."""
    storage = ObjectStoragePath(zone).fs
    # A listing that is remembered hides what another worker has landed since.
    storage.dircache = DirCache(use_listings_cache=False)
    return storage


def located(url: str) -> tuple[AbstractFileSystem, str]:
    """The file system of a URL, and the path in it."""
    parts = urlsplit(url)
    # Airflow writes a connection before the bucket's name: s3://connection@bucket/key
    return _storage(f"{parts.scheme}://{parts.netloc}/"), parts.netloc.rpartition("@")[2] + parts.path


class Landing:
    """One athlete's answer for one collection and chunk."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._storage, path = located(url)
        self._folder = path.rpartition("/")[0]
        self._records = f"{path}.ndjson.gz"
        self._rejected = f"{path}.rejected.ndjson.gz"
        self._manifest = f"{path}.manifest.json"

    @classmethod
    def at(cls, *parts: str) -> "Landing":
        """The landing below the configured zone."""
        return cls("/".join([landing_url().rstrip("/"), *parts]))

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """Write records; nothing has landed until ``commit``."""
        # Object stores know no folders; asked for one, some make the bucket that a misspelt URL names.
        if isinstance(self._storage, LocalFileSystem):
            self._storage.makedirs(self._folder, exist_ok=True)
        with suppress(FileNotFoundError):
            self._storage.rm_file(self._manifest)
        with ExitStack() as files:
            yield Writer(files, self._open(self._records, "wb"), lambda: self._open(self._rejected, "wb"))

    def commit(self, manifest: Manifest) -> None:
        """Declare the answer whole."""
        with self._open(self._manifest, "wb") as file:
            file.write(msgspec.json.encode(manifest))

    def manifest(self) -> Manifest | None:
        """The manifest; None when the answer has not landed, or not whole."""
        try:
            with self._open(self._manifest, "rb") as file:
                return msgspec.json.decode(file.read(), type=Manifest)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def lines(self, manifest: Manifest | None) -> Iterator[bytes]:
        """The records, one a line. Raises ValueError when they are not those of the manifest."""
        with self._open(self._records, "rb") as stored:
            digested = _Digested(stored)
            try:
                with _decompressed(digested) as lines:
                    yield from lines
            except (EOFError, gzip.BadGzipFile, zlib.error):
                manifest = None
        if manifest is None or digested.sha256 != manifest.sha256:
            raise ValueError(f"{self.url} is not what landed; delete its manifest and run the pull again.")

    def rejects(self) -> Iterator[dict[str, str]]:
        """What cannot be staged: record_id, reason and payload."""
        with self._open(self._rejected, "rb") as raw, gzip.open(raw) as lines:
            for line in lines:
                yield json.loads(line)

    def _open(self, path: str, mode: str) -> IO[bytes]:
        return self._storage.open(path, mode)


class Writer:
    """Counts what it writes, and digests the file of records."""

    def __init__(self, files: ExitStack, records: IO[bytes], open_rejects: Callable[[], IO[bytes]]) -> None:
        self._files = files
        self._stored = _Digested(files.enter_context(records))
        self._records = files.enter_context(_compressed(self._stored))
        self._open_rejects = open_rejects
        self._rejects: io.BufferedWriter | None = None
        self.records = 0
        self.rejected = 0

    def write(self, line: bytes) -> None:
        """Write a record, one line of JSON without its line end."""
        self._records.write(line + b"\n")
        self.records += 1

    def reject(self, record: bytes, record_id: str, reason: str) -> None:
        """Keep a record aside."""
        if self._rejects is None:
            file = self._files.enter_context(self._open_rejects())
            self._rejects = self._files.enter_context(_compressed(file))
        payload = record.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
        line = json.dumps({"record_id": record_id, "reason": reason, "payload": payload})
        self._rejects.write(line.encode() + b"\n")
        self.rejected += 1

    @property
    def sha256(self) -> str:
        """Digest of the file of records, once that is closed."""
        return self._stored.sha256


class _Digested(io.RawIOBase):
    """Passes a stream through and digests it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self, size: int = -1) -> bytes:
        content = self._stream.read(size)
        self._digest.update(content)
        return content

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._digest.update(content)
        return self._stream.write(content)


def _decompressed(stream: _Digested) -> io.BufferedReader:
    """A buffered, decompressing reader of a stream; without the buffer each line costs two calls of Python."""
    return io.BufferedReader(gzip.GzipFile(fileobj=stream, mode="rb"), BUFFER_BYTES)  # type: ignore[call-overload]


def _compressed(stream: IO[bytes] | _Digested) -> io.BufferedWriter:
    """A buffered, compressing writer on a stream, which it leaves open."""
    file = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0)  # type: ignore[call-overload]
    return io.BufferedWriter(file, BUFFER_BYTES)
