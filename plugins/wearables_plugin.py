"""What Airflow's UI is told of this project: its entries in the navigation, and the pages behind them.

Every part of Airflow imports this file; the pages are imported by the first request for one, in the API server.
"""

import importlib
from functools import cached_property
from typing import Any

from airflow.plugins_manager import AirflowPlugin


class Pages:
    """An ASGI application that is imported when it is first asked."""

    def __init__(self, module: str) -> None:
        self._module = module

    @cached_property
    def _app(self) -> Any:
        return importlib.import_module(self._module).app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)


class WearablesPlugin(AirflowPlugin):
    """The pages of the project, within Airflow's own."""

    name = "wearables"
    fastapi_apps = [  # noqa: RUF012 - Airflow's way
        {"name": "wearables", "url_prefix": "/wearables", "app": Pages("wearables.web.app")},
        # For athletes, who have no login.
        {"name": "consent", "url_prefix": "/consent", "app": Pages("wearables.athletes.consent.pages")},
    ]
    external_views = [  # noqa: RUF012 - Airflow's way
        # A relative address: Airflow may be served below a path.
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
            "name": "Squad",
            "href": "wearables/board",
            "url_route": "squad",
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
