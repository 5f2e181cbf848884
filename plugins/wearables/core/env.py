"""Run a Python module with the project's settings: ``python -m wearables.core.env airflow scheduler``.

The settings are environment variables. In order of precedence they come from

1. the environment itself,
2. ``secrets.env`` in the folder WEARABLES_LOCAL,
3. ``airflow.local.env``, your own settings, which git ignores. A second stack, whose environment sets
   WEARABLES_LOCAL, skips this file.
4. ``airflow.env``, the defaults.

``${NAME}`` stands for another variable; `airflow.env` describes the rest of the syntax.
Airflow reads its settings when it is imported, so this module must import neither Airflow nor the rest of the project.
"""

import os
import runpy
import sys
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.variables import parse_variables

PROJECT_DIR = Path(__file__).resolve().parents[3]


def settings(environment: Mapping[str, str], project: Path = PROJECT_DIR) -> dict[str, str]:
    """Return the environment, with defaults from the settings files of a checkout."""
    found = {**environment, "PROJECT_DIR": str(project)}
    written = _read(project / "airflow.env")
    if not environment.get("WEARABLES_LOCAL"):
        written |= _read(project / "airflow.local.env")
    local = found.get("WEARABLES_LOCAL") or _expand(written.get("WEARABLES_LOCAL", "${PROJECT_DIR}/.local"), found)
    secrets = _read(Path(local) / "secrets.env")
    # Secrets come first because the other files refer to them.
    for name, value in (secrets | written | secrets).items():
        if name not in found:
            found[name] = _expand(value, found)
    return found


def _read(file: Path) -> dict[str, str]:
    return {name: value for name, value in dotenv_values(file, interpolate=False).items() if value is not None}


def _expand(value: str, variables: Mapping[str, str]) -> str:
    return "".join(atom.resolve(variables) for atom in parse_variables(value))


def main() -> None:
    """Run the module that the first argument names, in this process."""
    os.environ.update(settings(os.environ))
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
