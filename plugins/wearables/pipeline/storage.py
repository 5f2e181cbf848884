"""The storage of the landing zone: any file system that Airflow's object storage supports."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from urllib.parse import urlsplit

from airflow.sdk import ObjectStoragePath
from fsspec import AbstractFileSystem
from fsspec.dircache import DirCache
from fsspec.implementations.local import LocalFileSystem

from wearables.core.errors import LandingUnavailable


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
    """Raise LandingUnavailable for any error of the storage except a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unavailable(error) from None


def write(file: io.BufferedWriter, content: bytes) -> None:
    """Write and convert errors as ``available`` does. A context manager per record would be measurably slower."""
    try:
        file.write(content)
    except OSError as error:
        raise _unavailable(error) from None


def make_folder(storage: AbstractFileSystem, folder: str) -> None:
    """Create a folder if the storage has folders. Object stores have none, and some would create a bucket instead."""
    if isinstance(storage, LocalFileSystem):
        storage.makedirs(folder, exist_ok=True)
