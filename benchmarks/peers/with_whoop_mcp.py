"""A full sync with whoop-mcp into SQLite, one database per athlete. Runs in whoop-mcp's environment.

Prints the seconds from the first request to the last commit.
"""

import asyncio
import logging
import os
import tempfile
import time
from pathlib import Path

from whoop_client import WhoopClient
from whoop_store import WhoopStore
from whoop_sync import run_sync

URL, TOKENS = os.environ["BENCH_URL"], os.environ["BENCH_TOKENS"].split()
RESOURCES = ["cycles", "recoveries", "sleeps", "workouts"]


class Token:
    """A token manager with one valid token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_valid_access_token(self) -> str:
        """Return the token."""
        return self._token


async def sync(folder: str) -> None:
    """Sync every athlete's records, athlete by athlete."""
    for token in TOKENS:
        client = WhoopClient()
        client.base_url, client.token_manager = f"{URL}/developer/v2", Token(token)
        with WhoopStore(str(Path(folder) / f"{token[:12]}.db")) as store:
            answer = await run_sync(store=store, client=client, full=True, resources=RESOURCES)
        assert answer["status"] == "success", answer


logging.disable(logging.INFO)
with tempfile.TemporaryDirectory() as home:
    started = time.perf_counter()
    asyncio.run(sync(home))
    print(time.perf_counter() - started)
