"""Opens an export's ZIP without trusting it; nothing of it is ever written to disk under its own name."""

import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from airflow.sdk import ObjectStoragePath

from wearables.core.errors import ExportRejected, LandingUnavailable, PermanentError

MEGABYTE = 2**20
# Five years of one athlete are about 0.3 MB packed and 2 MB unpacked.
MAX_ARCHIVE_BYTES = 50 * MEGABYTE
MAX_UNPACKED_BYTES = 200 * MEGABYTE
MAX_ENTRIES = 100
# Journals repeat themselves and pack 16 to 1, more the less is answered. Small entries may do anything.
MAX_RATIO = 200
RATIO_MATTERS_FROM = MEGABYTE
COPY_BYTES = MEGABYTE
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED = 0x1 | 0x40
SYMBOLIC_LINK = 0o120000
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
# An unknown scheme, a folder, or a file that may not be read: the same again tomorrow.
WRONG_URL = (ValueError, ImportError, IsADirectoryError, NotADirectoryError, PermissionError)
HAND_IN = "hand in the ZIP as WHOOP sent it"


@dataclass(frozen=True)
class Copy:
    """A file that was fetched: where it lies for the time being, and its SHA-256."""

    path: Path
    sha256: str


@contextmanager
def fetched(url: str) -> Iterator[Copy]:
    """Yield a private copy of the file, deleted afterwards.

    Raises PermanentError if there is none, LandingUnavailable if it cannot be read, ExportRejected if it is too large.
    """
    with tempfile.NamedTemporaryFile(suffix=".zip") as copy:
        digest = hashlib.sha256()
        size = 0
        for block in _blocks(url):
            size += len(block)
            if size > MAX_ARCHIVE_BYTES:
                raise ExportRejected(f"The file is larger than {MAX_ARCHIVE_BYTES // MEGABYTE} MB; {HAND_IN}.")
            digest.update(block)
            copy.write(block)
        copy.flush()
        yield Copy(Path(copy.name), digest.hexdigest())


def _blocks(url: str) -> Iterator[bytes]:
    try:
        with ObjectStoragePath(url).open("rb") as source:
            while block := source.read(COPY_BYTES):
                yield block
    except FileNotFoundError:
        raise PermanentError(
            "There is no file at that URL; an export in the drop folder is taken away once it was imported or refused."
        ) from None
    except Exception as error:
        # Any storage may be configured, each with errors of its own; their texts may contain the URL's credentials.
        kind = PermanentError if isinstance(error, WRONG_URL) else LandingUnavailable
        raise kind(
            f"The file cannot be read ({type(error).__name__}). Check its URL and the connection to its storage."
        ) from None


@contextmanager
def opened(path: Path) -> Iterator[dict[str, "Entry"]]:
    """The CSV files of the archive by their names. Raises ExportRejected."""
    with _archive(path) as archive:
        infos = archive.infolist()
        _refuse_bombs(infos)
        for info in infos:
            _refuse_escapes(info)
            _refuse_unreadable(info)
        yield _csv_files(archive, infos)


@dataclass(frozen=True)
class Entry:
    """A file in the archive."""

    name: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Its content, unpacked piece by piece. Raises ExportRejected when it is damaged."""
        try:
            with self.archive.open(self.info) as content:
                yield content
        except UnicodeDecodeError:
            raise
        except BROKEN:
            raise ExportRejected(f"{self.name} in the ZIP is damaged; download the export again.") from None


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if not zipfile.is_zipfile(path):
            raise ExportRejected(f"The file is not a ZIP; {HAND_IN}.")
        archive = zipfile.ZipFile(path)
    except ExportRejected:
        raise
    except Exception:
        # zipfile raises half a dozen kinds of errors on headers that lie.
        raise ExportRejected("The ZIP is damaged; download the export again.") from None
    with archive:
        yield archive


def _refuse_bombs(infos: list[zipfile.ZipInfo]) -> None:
    # zipfile never unpacks more of an entry than is declared here.
    if len(infos) > MAX_ENTRIES:
        raise ExportRejected(
            f"The ZIP has more than {MAX_ENTRIES} entries; an export has four. {HAND_IN.capitalize()}."
        )
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise ExportRejected(f"The ZIP unpacks to more than {MAX_UNPACKED_BYTES // MEGABYTE} MB; {HAND_IN}.")
    for info in infos:
        if info.file_size > RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * info.compress_size:
            raise ExportRejected(f"The ZIP unpacks to more than {MAX_RATIO} times its size; {HAND_IN}.")


def _refuse_escapes(info: zipfile.ZipInfo) -> None:
    # As it is written: zipfile itself mends backslashes and cuts at a NUL.
    name = info.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    is_link = (info.external_attr >> 16) & 0o170000 == SYMBOLIC_LINK
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name or "\x00" in name or is_link:
        raise ExportRejected(f"The ZIP holds a path that leads out of it; {HAND_IN}.")


def _refuse_unreadable(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & ENCRYPTED:
        raise ExportRejected(f"The ZIP is encrypted; {HAND_IN}, without a password.")
    if info.compress_type not in METHODS:
        raise ExportRejected(f"The ZIP is packed in an unusual way; {HAND_IN}.")


def _csv_files(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[str, Entry]:
    files: dict[str, Entry] = {}
    for info in infos:
        path = PurePosixPath(info.filename)
        # What macOS adds when a folder is packed again.
        is_clutter = "__MACOSX" in path.parts or path.name.startswith(".")
        if info.is_dir() or is_clutter or path.suffix.lower() != ".csv":
            continue
        name = _fit_to_print(path.name)
        if name in files:
            raise ExportRejected(f"The ZIP holds {name} twice; {HAND_IN}.")
        files[name] = Entry(name, archive, info)
    return files


def _fit_to_print(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:80]
