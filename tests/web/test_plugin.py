"""Every Airflow component imports the plugin, so importing it must be cheap."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
IMPORTED = """
import sys
import airflow.plugins_manager
before = set(sys.modules)
import wearables_plugin
print(*sorted(set(sys.modules) - before))
"""


def test_the_pages_are_imported_on_the_first_request_only() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORTED], cwd=PLUGINS, capture_output=True, text=True, check=True
    )
    marker = ["airflow._shared.listeners", "airflow.listeners"]
    assert done.stdout.splitlines()[-1].split() == [*marker, "wearables_plugin"]


def test_airflow_loads_the_plugin_and_does_not_import_the_package(tmp_path: Path) -> None:
    code = (
        "from airflow import plugins_manager\n"
        "apps, _ = plugins_manager.get_fastapi_plugins()\n"
        "print(plugins_manager.get_import_errors(), sorted(each['url_prefix'] for each in apps))"
    )
    environment = {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__PLUGINS_FOLDER": str(PLUGINS)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["{} ['/consent', '/wearables']"], done.stderr


def test_the_consent_worker_starts_with_the_api_server_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PLUGINS))
    from wearables.athletes.consent import worker
    from wearables_plugin import WearablesPlugin

    started, handled = threading.Event(), []
    monkeypatch.setattr(worker, "run", started.set)

    async def airflow(scope: dict, receive: object, send: object) -> None:
        handled.append(scope["type"])

    (entry,) = WearablesPlugin.fastapi_root_middlewares
    middleware = entry["middleware"](app=airflow)
    _run(middleware({"type": "http"}, None, None))
    assert not started.is_set()
    _run(middleware({"type": "lifespan"}, None, None))
    assert started.wait(30)
    assert handled == ["http", "lifespan"]


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own, because Playwright leaves a running loop in the thread of its tests."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()
