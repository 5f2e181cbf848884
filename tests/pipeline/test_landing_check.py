"""The check of the landing zone: an error that a person must correct fails at once, any other is retried."""

import errno
from pathlib import Path

import pytest

from wearables.core.errors import LandingUnavailable, PermanentError
from wearables.pipeline.landing_check import check_writable


def test_a_writable_landing_zone_is_created_and_left_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_LANDING", (tmp_path / "new" / "landing").as_uri())
    check_writable("team")
    assert not [path for path in (tmp_path / "new").rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("zone", "reason"),
    [
        # Nobody can create a folder here, not even root.
        ("file:///sys/landing", "Operation not permitted"),
        ("file://{folder}/file", "Not a directory|File exists"),
        ("file://{folder}/file/landing", "Not a directory"),
        ("nosuch://bucket/landing", "ValueError"),
    ],
)
def test_a_landing_zone_that_can_never_be_written_is_a_permanent_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WEARABLES_LANDING", zone.format(folder=tmp_path))
    with pytest.raises(PermanentError, match=rf"^The landing zone cannot be written \(({reason})\)\."):
        check_writable("team")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.ETIMEDOUT])
def test_a_landing_zone_that_is_full_or_unreachable_is_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(number, "a text that may contain credentials")

    monkeypatch.setenv("WEARABLES_LANDING", tmp_path.as_uri())
    monkeypatch.setattr("fsspec.implementations.local.LocalFileSystem.open", fail)
    with pytest.raises(LandingUnavailable, match="The landing zone failed") as error:
        check_writable("team")
    assert "credentials" not in str(error.value)
