"""The Airflow plugin: the project's pages, their entries in Airflow's navigation, and the check of pools.

Every Airflow component imports this file. The pages themselves are imported by the API server on the first request, and
the consent worker when it starts.
"""

import importlib
import threading
from functools import cached_property
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin
from sqlalchemy.orm import object_session


class Pages:
    """An ASGI application that is imported on its first request."""

    def __init__(self, module: str) -> None:
        self._module = module

    @cached_property
    def _app(self) -> Any:
        return importlib.import_module(self._module).app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        await self._app(scope, receive, send)


class PoolCheck:
    """A listener that Airflow's scheduler calls when a run starts: it checks the run's pool."""

    @hookimpl
    def on_dag_run_running(self, dag_run: Any, msg: str) -> None:
        """Record the problem if the run's pool does not exist."""
        from wearables.core.pools import record_missing_pool

        if session := object_session(dag_run):
            record_missing_pool(dag_run, session)


class ConsentWorker:
    """An ASGI middleware that starts the consent worker's thread with the API server. It passes all requests on.

    Airflow notifies only FastAPI applications when it starts, and importing FastAPI here would slow every component.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle the server's start, or pass a request on."""
        if scope["type"] == "lifespan":
            threading.Thread(target=self._run, name="consent-worker", daemon=True).start()
        await self._app(scope, receive, send)

    @staticmethod
    def _run() -> None:
        importlib.import_module("wearables.athletes.consent.worker").run()


class WearablesPlugin(AirflowPlugin):
    """The project's pages within Airflow's UI."""

    name = "wearables"
    fastapi_apps = [  # noqa: RUF012 - Airflow defines the attribute this way
        {"name": "wearables", "url_prefix": "/wearables", "app": Pages("wearables.web.app")},
        # For athletes, who have no Airflow login.
        {"name": "consent", "url_prefix": "/consent", "app": Pages("wearables.athletes.consent.pages")},
    ]
    listeners = [PoolCheck()]  # noqa: RUF012 - Airflow defines the attribute this way
    fastapi_root_middlewares = [  # noqa: RUF012 - Airflow defines the attribute this way
        {"name": "consent worker", "middleware": ConsentWorker},
    ]
    external_views = [  # noqa: RUF012 - Airflow defines the attribute this way
        # Relative, because Airflow may be served below a path.
        {
            "name": "Integrations",
            "href": "wearables/",
            "url_route": "integrations",
            "destination": "nav",
            "nav_top_level": True,
            "icon": "wearables/static/integrations.svg",
            "icon_dark_mode": "wearables/static/integrations-dark.svg",
        },
        {
            "name": "Board",
            "href": "wearables/board",
            "url_route": "board",
            "destination": "nav",
            "nav_top_level": True,
            "icon": "wearables/static/board.svg",
            "icon_dark_mode": "wearables/static/board-dark.svg",
        },
        {
            "name": "Data dictionary",
            "href": "wearables/dictionary",
            "url_route": "data-dictionary",
            "destination": "nav",
            "category": "docs",
        },
    ]
