"""Fixtures for imports of exports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.whoop_export.steps import Importer


@pytest.fixture
def make_importer(make_team: Callable[..., Any], tmp_path: Path) -> Callable[..., Importer]:
    """Return a factory: ``make_importer(athletes=1)`` is an Importer for a new team."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return lambda *arguments, **traits: Importer(make_team(*arguments, **traits), folder)
