"""Gzip streams that are digested as they are written and read."""

import gzip
import hashlib
import io
from typing import IO

# The records are compact already; a higher level takes three times as long and saves a sixth of the size.
COMPRESSION_LEVEL = 1
BUFFER_BYTES = 64 * 1024


class Digested(io.RawIOBase):
    """Passes a stream through and digests it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Digest of what passed through so far."""
        return self._digest.hexdigest()

    def read(self, size: int = -1) -> bytes:
        """Read and digest."""
        content = self._stream.read(size)
        self._digest.update(content)
        return content

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Write and digest."""
        self._digest.update(content)
        return self._stream.write(content)


def decompressed(stream: Digested) -> io.BufferedReader:
    """Return a buffered, decompressing reader; without the buffer each line takes two calls of Python."""
    return io.BufferedReader(gzip.GzipFile(fileobj=stream, mode="rb"), BUFFER_BYTES)  # type: ignore[call-overload]


def compressed(stream: IO[bytes] | Digested) -> io.BufferedWriter:
    """Return a buffered, compressing writer on a stream, which it leaves open."""
    file = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0)  # type: ignore[call-overload]
    return io.BufferedWriter(file, BUFFER_BYTES)
