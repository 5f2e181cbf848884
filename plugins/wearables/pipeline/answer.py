"""An answer while it is being received: its records, compressed, in memory or in a temporary file if they are many."""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from isal import igzip

from wearables.pipeline.storage import available

# isal compresses about eight times as fast as zlib at its lowest level, to about the same size.
COMPRESSION_LEVEL = 1
COMPRESS_AT_ONCE = 1024 * 1024
IN_MEMORY = 4 * 1024 * 1024
# Enough of a rejected record to find out what is wrong with it.
MAX_REJECTED_BYTES = 1024 * 1024


class Answer:
    """Collects records, counts them and computes their digest; keeps the rejected ones by owner.

    Raises LandingUnavailable if a temporary file cannot be written.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # type: ignore[assignment]  # noqa: SIM115 - see closed
        self._lines: list[bytes] = []
        self._bytes = 0
        self._digest = hashlib.sha256()
        self.attempt = secrets.token_hex(8)
        self.rejects: dict[int, list[bytes]] = {}
        self.records = 0
        self.rejected = 0

    def add(self, line: bytes) -> None:
        """Add a record: one line of JSON without its newline."""
        self._lines.append(line)
        self.records += 1
        self._bytes += len(line)
        if self._bytes >= COMPRESS_AT_ONCE:
            self._compress()

    def reject(self, record: bytes, owner: int, record_id: str, reason: str) -> None:
        """Keep the start of a record that cannot be staged, with its owner and the reason."""
        payload = record[:MAX_REJECTED_BYTES].decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
        rejected = {"athlete_id": owner, "record_id": record_id, "reason": reason, "payload": payload}
        self.rejects.setdefault(owner, []).append(json.dumps(rejected).encode() + b"\n")
        self.rejected += 1

    @property
    def sha256(self) -> str:
        """The digest of the records that have been added, each with its newline."""
        self._compress()
        return self._digest.hexdigest()

    @contextmanager
    def closed(self, last_line: bytes) -> Iterator[IO[bytes]]:
        """Add a last line that is not a record. Yield the compressed file, and delete it at the end."""
        with self._file as file:
            self._lines.append(last_line)
            self._compress()
            yield file

    def _compress(self) -> None:
        if self._lines:
            lines = b"\n".join(self._lines) + b"\n"
            self._digest.update(lines)
            with available():
                self._file.write(igzip.compress(lines, COMPRESSION_LEVEL, mtime=0))
            self._lines.clear()
            self._bytes = 0
