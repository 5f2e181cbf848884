"""Check that the landing zone can be written, before any data are requested."""

import errno
import os
import uuid

from wearables.core.errors import LandingUnavailable, PermanentError
from wearables.core.settings import landing_url
from wearables.pipeline.storage import file_system, make_folder

# A missing bucket, a file in place of a folder, an unknown scheme, or a missing permission.
PERMANENT_ERRORS = (
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    ValueError,
    ImportError,
)


def check_writable(integration: str) -> None:
    """Write and delete a file. Raises PermanentError if a person must act, LandingUnavailable if a retry may help."""
    try:
        _write(f"{landing_url().rstrip('/')}/{integration}/.writable-{uuid.uuid4()}")
    except Exception as error:
        # Each storage also raises errors of its own, and their texts may contain credentials.
        number = error.errno if isinstance(error, OSError) else None
        reason = os.strerror(number) if number else type(error).__name__
        if isinstance(error, PERMANENT_ERRORS) or number == errno.EROFS:
            raise PermanentError(
                f"The landing zone cannot be written ({reason}). Correct WEARABLES_LANDING, or the permissions "
                "of its folder or bucket."
            ) from None
        raise LandingUnavailable(
            f"The landing zone failed ({reason}). Check its storage, free space and WEARABLES_LANDING."
        ) from None


def _write(url: str) -> None:
    storage, path = file_system(url)
    make_folder(storage, path.rpartition("/")[0])
    with storage.open(path, "wb") as file:
        file.write(b"writable")
    storage.rm_file(path)
