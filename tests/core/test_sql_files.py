"""The files of include/sql can be run with bound parameters."""

import re
from pathlib import Path

import pytest

from wearables.core.settings import SQL_DIR
from wearables.core.sql_files import TEMPLATE, read

# The files in schema run without parameters.
FILES = [
    path
    for path in sorted(SQL_DIR.rglob("*.sql*"))
    if path.name.endswith((".sql", TEMPLATE)) and path.relative_to(SQL_DIR).parts[0] != "schema"
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SQL_DIR)))
def test_a_percent_sign_is_a_parameter_or_doubled_in_comments_too(path: Path) -> None:
    without_parameters = re.sub(r"%\([a-z_]+\)s|%%", "", read(path))
    assert "%" not in without_parameters
