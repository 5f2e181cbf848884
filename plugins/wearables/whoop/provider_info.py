"""Provider metadata for Airflow: the connection type WHOOP and its form."""

from importlib.metadata import version
from typing import Any


def get_provider_info() -> dict[str, Any]:
    """Return the provider metadata (entry point ``apache_airflow_provider``)."""
    return {
        "package-name": "wearables",
        "name": "Wearables",
        "description": "A team's WHOOP data, pulled into a warehouse that the team owns.",
        "versions": [version("wearables")],
        "connection-types": [
            {
                "connection-type": "whoop",
                "hook-class-name": "wearables.whoop.hook.WhoopHook",
                "hook-name": "WHOOP",
                "ui-field-behaviour": {
                    "hidden-fields": ["schema", "port", "extra"],
                    "relabeling": {
                        "login": "Client ID",
                        "password": "Client secret",
                        "host": "API base URL",
                    },
                    "placeholders": {
                        "login": "of the app in WHOOP's developer dashboard",
                        "password": "shown there beside the Client ID",
                        "host": "https://api.prod.whoop.com",
                    },
                },
            }
        ],
    }
