"""An importer for the squads of these tests."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.whoop_export.steps import Importer


@pytest.fixture
def importer(team: Callable[..., Any], tmp_path: Path) -> Callable[..., Importer]:
    """``importer(athletes=1)`` is an Importer for a squad that ``team`` makes."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return lambda *arguments, **traits: Importer(team(*arguments, **traits), folder)
