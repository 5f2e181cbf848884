"""Fetch an export and open its ZIP without trusting it. No entry is ever written to disk under its own name."""

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
# Journals are repetitive: they compress 16 to 1, and more if few questions are answered. Small entries are exempt.
MAX_RATIO = 200
RATIO_CHECKED_FROM_BYTES = MEGABYTE
COPY_BYTES = MEGABYTE
ALLOWED_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED_FLAGS = 0x1 | 0x40
SYMBOLIC_LINK = 0o120000
# A missing file, a folder, or a file without read permission. A retry would fail, too.
URL_ERRORS = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError, ValueError, ImportError)
DAMAGE_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
# The same message for every reason, so that it does not reveal which files exist.
NO_FILE = (
    "The athlete's drop folder has no such file, or the file cannot be read. A file stays there only until it is "
    "imported or rejected. Copy the export there again, or upload it on the page Import data."
)
USE_ORIGINAL = "Use the ZIP file exactly as WHOOP sent it."


@dataclass(frozen=True)
class Copy:
    """A fetched file: the path of a temporary copy, and its SHA-256."""

    path: Path
    sha256: str


@contextmanager
def fetched(url: str) -> Iterator[Copy]:
    """Yield a private copy of the file, and delete it afterwards.

    Raises PermanentError if there is no such file, LandingUnavailable if it is unreadable, ExportRejected if too large.
    """
    with tempfile.NamedTemporaryFile(suffix=".zip") as copy:
        digest = hashlib.sha256()
        size = 0
        for block in _blocks(url):
            size += len(block)
            if size > MAX_ARCHIVE_BYTES:
                raise ExportRejected(f"The file is larger than {MAX_ARCHIVE_BYTES // MEGABYTE} MB. {USE_ORIGINAL}")
            digest.update(block)
            copy.write(block)
        copy.flush()
        yield Copy(Path(copy.name), digest.hexdigest())


def _blocks(url: str) -> Iterator[bytes]:
    try:
        with ObjectStoragePath(url).open("rb") as source:
            while block := source.read(COPY_BYTES):
                yield block
    except URL_ERRORS:
        raise PermanentError(NO_FILE) from None
    except Exception as error:
        # Each storage raises its own errors, and their messages may contain the URL's credentials.
        raise LandingUnavailable(
            f"The export cannot be read ({type(error).__name__}). Check the storage of the landing zone."
        ) from None


@contextmanager
def open_archive(path: Path) -> Iterator[list["Entry"]]:
    """Open the archive and list its CSV files. Raises ExportRejected if it is unsafe or damaged."""
    with _zip_file(path) as archive:
        infos = archive.infolist()
        _reject_bombs(infos)
        for info in infos:
            _reject_unsafe_path(info)
            _reject_unreadable(info)
        yield _csv_files(archive, infos)


@dataclass(frozen=True)
class Entry:
    """A CSV file of the archive. Errors call it ``label``, its position, because its own name may be private."""

    label: str
    archive: zipfile.ZipFile
    info: zipfile.ZipInfo

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the content, decompressed as it is read. Raises ExportRejected if it is damaged."""
        try:
            with self.archive.open(self.info) as content:
                yield content
        except UnicodeDecodeError:
            raise
        except DAMAGE_ERRORS:
            raise ExportRejected(f"{self.label} is damaged. Download the export again.") from None


@contextmanager
def _zip_file(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if not zipfile.is_zipfile(path):
            raise ExportRejected(f"The file is not a ZIP. {USE_ORIGINAL}")
        archive = zipfile.ZipFile(path)
    except ExportRejected:
        raise
    except Exception:
        # zipfile raises many kinds of exceptions for forged headers.
        raise ExportRejected("The ZIP is damaged. Download the export again.") from None
    with archive:
        yield archive


def _reject_bombs(infos: list[zipfile.ZipInfo]) -> None:
    # The declared sizes can be trusted: zipfile never decompresses more of an entry than its header declares.
    if len(infos) > MAX_ENTRIES:
        raise ExportRejected(f"The ZIP has more than {MAX_ENTRIES} entries; an export has four. {USE_ORIGINAL}")
    if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise ExportRejected(f"The ZIP decompresses to more than {MAX_UNPACKED_BYTES // MEGABYTE} MB. {USE_ORIGINAL}")
    for info in infos:
        if info.file_size > RATIO_CHECKED_FROM_BYTES and info.file_size > MAX_RATIO * info.compress_size:
            raise ExportRejected(f"The ZIP decompresses to more than {MAX_RATIO} times its size. {USE_ORIGINAL}")


def _reject_unsafe_path(info: zipfile.ZipInfo) -> None:
    # Check the stored name: in `filename`, zipfile has replaced backslashes and removed all after a NUL.
    name = info.orig_filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    is_link = (info.external_attr >> 16) & 0o170000 == SYMBOLIC_LINK
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name or "\x00" in name or is_link:
        raise ExportRejected(f"The ZIP contains a link or a path that leads out of it. {USE_ORIGINAL}")


def _reject_unreadable(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & ENCRYPTED_FLAGS:
        raise ExportRejected(f"The ZIP is encrypted. {USE_ORIGINAL}")
    if info.compress_type not in ALLOWED_METHODS:
        raise ExportRejected(f"The ZIP uses an unsupported compression method. {USE_ORIGINAL}")


def _csv_files(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> list[Entry]:
    files: dict[str, Entry] = {}
    for info in infos:
        path = PurePosixPath(info.filename)
        # macOS adds these if the folder is zipped again.
        is_clutter = "__MACOSX" in path.parts or path.name.startswith(".")
        if info.is_dir() or is_clutter or path.suffix.lower() != ".csv":
            continue
        label = f"CSV file {len(files) + 1} of the ZIP"
        if path.name in files:
            raise ExportRejected(f"{label} has the same name as {files[path.name].label}. {USE_ORIGINAL}")
        files[path.name] = Entry(label, archive, info)
    return list(files.values())
