"""Existing tools to compare with. Each has its own environment and pulls the same records from the same sandbox."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests

CACHE = Path(__file__).parents[1] / ".cache"
# The latest releases when they were measured.
PACKAGES = {"dlt": ["dlt[postgres]==1.31.0", "requests"], "whoop-mcp": ["whoop-mcp==0.8.5"], "bare": ["requests"]}
SCRIPTS = {"dlt": "with_dlt.py", "whoop-mcp": "with_whoop_mcp.py", "bare": "bare.py"}


def install() -> None:
    """Create the environments that are missing."""
    for name, packages in PACKAGES.items():
        folder = CACHE / name
        if (folder / ".installed").exists():
            continue
        uv, python = [sys.executable, "-m", "uv"], str(folder / "bin" / "python")
        subprocess.run([*uv, "venv", "--quiet", "--clear", str(folder)], check=True)  # noqa: S603
        command = ["pip", "install", "--quiet", "--system-certs", "--python", python, *packages]
        subprocess.run([*uv, *command], check=True)  # noqa: S603
        (folder / ".installed").touch()


def run(name: str, engine: Any, url: str, athlete_ids: list[int]) -> list[float]:
    """Run a peer. Return the seconds that it prints, which exclude starting Python and importing."""
    tokens = [
        requests.post(f"{url}/sandbox/athletes/{athlete_id}/consent", timeout=60).json()["access_token"]
        for athlete_id in athlete_ids
    ]
    warehouse = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    environment = os.environ | {"BENCH_URL": url, "BENCH_WAREHOUSE": warehouse, "BENCH_TOKENS": " ".join(tokens)}
    command = [str(CACHE / name / "bin" / "python"), str(Path(__file__).parent / SCRIPTS[name])]
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    return [float(seconds) for seconds in completed.stdout.splitlines()[-1].split()]
