"""The landing zone: what a source answered, whole, as newline-delimited JSON with a manifest.

    <landing>/<integration>/<run>/<chunk>/<athlete>/<collection>.ndjson.gz        one record a line
                                                    <collection>.rejected.ndjson.gz   what cannot be staged, and why
                                                    <collection>.manifest.json        written last: all of it is there

Any storage that Airflow's object storage knows will do. Without a manifest nothing has landed, so a kill at
any moment leaves either the whole answer or none.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import msgspec
from airflow.sdk import ObjectStoragePath

from wearables.settings import landing_url

# The records are compact already; a higher level costs three times the time for a sixth of the size.
COMPRESSION_LEVEL = 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside it; written when everything else has been."""

    integration: str
    run_id: str
    athlete_id: int
    collection: str
    window_start: str
    window_end: str
    pages: int
    records: int
    rejected: int
    requests: int
    waited_seconds: float
    seconds: float
    sha256: str


class Landing:
    """One athlete's answer for one collection and chunk."""

    def __init__(self, url: str) -> None:
        self.url = url
        base = ObjectStoragePath(url)
        self._folder = base.parent
        self._records = self._folder / f"{base.name}.ndjson.gz"
        self._rejected = self._folder / f"{base.name}.rejected.ndjson.gz"
        self._manifest = self._folder / f"{base.name}.manifest.json"

    @classmethod
    def at(cls, *parts: str) -> "Landing":
        """The landing below the configured zone."""
        return cls("/".join([landing_url().rstrip("/"), *parts]))

    @contextmanager
    def writer(self) -> Iterator["Writer"]:
        """Write records; nothing has landed until ``commit``."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._manifest.unlink(missing_ok=True)
        with self._records.open("wb") as records, self._rejected.open("wb") as rejected:
            writer = Writer(_gzip(records), _gzip(rejected))
            yield writer
            writer.close()
        if not writer.rejected:
            self._rejected.unlink()

    def commit(self, manifest: Manifest) -> None:
        """Declare the answer whole."""
        self._manifest.write_bytes(msgspec.json.encode(manifest))

    def manifest(self) -> Manifest | None:
        """The manifest; None when the answer has not landed, or not whole."""
        try:
            return msgspec.json.decode(self._manifest.read_bytes(), type=Manifest)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def lines(self) -> Iterator[bytes]:
        """The records, one a line. Raises ValueError when they are not those that landed."""
        manifest = self.manifest()
        digest = hashlib.sha256()
        with self._records.open("rb") as raw, gzip.open(raw) as lines:
            for line in lines:
                digest.update(line)
                yield line
        if manifest is None or digest.hexdigest() != manifest.sha256:
            raise ValueError(f"{self.url} is not what landed; delete its manifest and run the pull again.")

    def rejects(self) -> Iterator[dict[str, str]]:
        """What cannot be staged: record_id, reason and payload."""
        manifest = self.manifest()
        if manifest is None or not manifest.rejected:
            return
        with self._rejected.open("rb") as raw, gzip.open(raw) as lines:
            for line in lines:
                yield json.loads(line)


class Writer:
    """Counts and digests what it writes."""

    def __init__(self, records: gzip.GzipFile, rejects: gzip.GzipFile) -> None:
        self._records = records
        self._rejects = rejects
        self._digest = hashlib.sha256()
        self.records = 0
        self.rejected = 0

    def write(self, line: bytes) -> None:
        """Write a record, one line of JSON without its line end."""
        text = line + b"\n"
        self._records.write(text)
        self._digest.update(text)
        self.records += 1

    def reject(self, record: bytes, record_id: str, reason: str) -> None:
        """Keep a record aside."""
        payload = record.decode("utf-8", "backslashreplace").replace("\x00", "\\u0000")
        line = json.dumps({"record_id": record_id, "reason": reason, "payload": payload})
        self._rejects.write(line.encode() + b"\n")
        self.rejected += 1

    @property
    def sha256(self) -> str:
        """Digest of the records written."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Finish the compressed streams."""
        self._records.close()
        self._rejects.close()


def _gzip(stream: IO[bytes]) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=COMPRESSION_LEVEL, mtime=0)
