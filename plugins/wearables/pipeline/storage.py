"""The storage of the landing zone: any file system that Airflow's object storage supports."""

import gzip
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO
from urllib.parse import urlsplit

from airflow.sdk import ObjectStoragePath
from fsspec import AbstractFileSystem
from fsspec.dircache import DirCache
from fsspec.implementations.local import LocalFileSystem

from wearables.core.errors import LandingUnavailable

COPY_BYTES = 1024 * 1024


@cache
def _storage(zone: str) -> AbstractFileSystem:
    """Return the file system of a URL's scheme and host; cached, as looking it up takes longer than reading a file."""
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
def available() -> Iterator[None]:
    """Raise LandingUnavailable for any error of the storage; a missing or damaged file is not one."""
    try:
        yield
    except (FileNotFoundError, gzip.BadGzipFile):
        raise
    except OSError as error:
        raise _unavailable(error) from None


def copy(content: IO[bytes], storage: AbstractFileSystem, path: str) -> None:
    """Copy an open file, from its start, to a path in the storage."""
    content.seek(0)
    with storage.open(path, "wb") as file:
        shutil.copyfileobj(content, file, COPY_BYTES)


def make_folder(storage: AbstractFileSystem, folder: str) -> None:
    """Create a folder if the storage has folders. Object stores have none, and some would create a bucket instead."""
    if isinstance(storage, LocalFileSystem):
        storage.makedirs(folder, exist_ok=True)
