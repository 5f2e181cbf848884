"""Fixtures for imports of exports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.whoop_export.steps import Importer


@pytest.fixture
def importer(team: Callable[..., Any], tmp_path: Path) -> Callable[..., Importer]:
    """Return a factory: ``importer(athletes=1)`` is an Importer for a new team from ``team``."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return lambda *arguments, **traits: Importer(team(*arguments, **traits), folder)
