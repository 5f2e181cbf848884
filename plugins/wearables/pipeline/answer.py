"""Collect an answer while it is being received: in memory or, from 1 MiB, compressed in a temporary file."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO

from isal import igzip

from wearables.pipeline.storage import available

# isal compresses about eight times as fast as zlib at its lowest level, to about the same size.
COMPRESSION_LEVEL = 1
# A larger answer continues in a temporary file.
COMPRESS_AT_ONCE = 1024 * 1024
# Enough of a rejected record to find out what is wrong with it.
MAX_REJECTED_BYTES = 1024 * 1024


class Answer:
    """Collects records, counts them and computes their digest; keeps the rejected ones by owner.

    Raises LandingUnavailable if a temporary file cannot be written.
    """

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0
        self._compressed: IO[bytes] | None = None
        self._digest = hashlib.sha256()
        self.attempt = secrets.token_hex(8)
        self.rejects: dict[int, list[bytes]] = {}
        self.records = 0
        self.rejected = 0

    def add(self, line: bytes) -> None:
        """Add a record: one line of JSON without its newline."""
        self._lines.append(line)
        self.records += 1
        self._size += len(line)
        if self._size >= COMPRESS_AT_ONCE:
            self._move_to_file()

    def reject(self, record: bytes, owner: int, record_id: str, reason: str) -> None:
        """Keep the start of a record that cannot be staged, with its owner and the reason."""
        payload = record[:MAX_REJECTED_BYTES].decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
        rejected = {"athlete_id": owner, "record_id": record_id, "reason": reason, "payload": payload}
        self.rejects.setdefault(owner, []).append(json.dumps(rejected).encode() + b"\n")
        self.rejected += 1

    @contextmanager
    def closed(self, last_line: Callable[[str], bytes]) -> Iterator[IO[bytes]]:
        """Add a last line, made from the digest of all records. Yield the compressed file; it is deleted at the end."""
        records = self._joined()
        content = compressed(records + last_line(self._digest.hexdigest()) + b"\n")
        if self._compressed is None:
            yield BytesIO(content)
        else:
            with self._compressed as file:
                self._write(content)
                yield file

    def _joined(self) -> bytes:
        """Return the lines that are not compressed yet, each with its newline, and add them to the digest."""
        records = b"".join([line + b"\n" for line in self._lines])
        self._digest.update(records)
        self._lines.clear()
        self._size = 0
        return records

    def _move_to_file(self) -> None:
        if self._compressed is None:
            self._compressed = TemporaryFile()  # noqa: SIM115 - closed by the method closed
        self._write(compressed(self._joined()))

    def _write(self, content: bytes) -> None:
        with available():
            self._compressed.write(content)  # type: ignore[union-attr]


def compressed(content: bytes) -> bytes:
    """Return content as a member of a gzip file."""
    return igzip.compress(content, COMPRESSION_LEVEL, mtime=0)
