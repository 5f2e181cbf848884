"""The right to send an athlete's refresh token: one holder at a time, without a database connection held meanwhile.

The holder extends its lease while it waits for WHOOP. If its process dies, the lease ends within LEASE_SECONDS and
another task may take it.
"""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from wearables.core.errors import WarehouseUnavailable
from wearables.core.warehouse import run_sql, transaction

LEASE_SECONDS = 15
EXTEND_SECONDS = 4


@dataclass(frozen=True)
class RefreshLease:
    """A lease that was granted. ``interrupted_at`` is the start of an earlier refresh with an unknown outcome."""

    key: Mapping[str, Any]
    interrupted_at: datetime | None
    holder: str = field(repr=False)

    @classmethod
    def take(cls, connection: Connection, key: Mapping[str, Any]) -> "RefreshLease | None":
        """Return a lease, or None if another task holds one. The row of the grant must be locked."""
        holder = str(uuid.uuid4())
        row = run_sql(connection, "whoop/grants/take_lease", **key, holder=holder, seconds=LEASE_SECONDS).one_or_none()
        return cls(key, row.interrupted_at, holder) if row else None

    def end(self, connection: Connection) -> bool:
        """End the refresh in the transaction that saves its outcome. Return whether the lease was still held."""
        return run_sql(connection, "whoop/grants/end_refresh", **self.key, holder=self.holder).rowcount > 0

    def release(self, connection: Connection) -> None:
        """Give the lease back without a known outcome. Does nothing after ``end``."""
        run_sql(connection, "whoop/grants/release_lease", **self.key, holder=self.holder)

    @contextmanager
    def extended(self, engine: Engine) -> Iterator[None]:
        """Keep extending the lease until the block ends."""
        is_done = threading.Event()
        thread = threading.Thread(target=self._extend, args=(engine, is_done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_done.set()
            thread.join()

    def _extend(self, engine: Engine, is_done: threading.Event) -> None:
        while not is_done.wait(EXTEND_SECONDS):
            try:
                with transaction(engine) as connection:
                    run_sql(
                        connection, "whoop/grants/extend_lease", **self.key, holder=self.holder, seconds=LEASE_SECONDS
                    )
            except WarehouseUnavailable:
                continue  # While the warehouse is unavailable, nobody else can take the lease either.
