"""The request budget of a WHOOP app: shared by every task, host and integration with the same client id.

WHOOP allows 100 requests a minute and 10,000 a day unless it says otherwise in ``X-RateLimit-Limit``.
The ledger lies in the warehouse (``ops.request_budgets``, ``ops.request_leases``) and runs on its clock.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from wearables.core.errors import BudgetExhausted
from wearables.core.warehouse import run_sql, transaction

DEFAULT_LIMITS = {"60": 100, "86400": 10_000}
# A request leased at t reaches WHOOP a little later; the ledger holds it that much longer than the window.
MARGIN_SECONDS = 0.5
LEASE_SIZE = 50
LEASE_SECONDS = 0.25
LOW_REMAINING = 10
LONGEST_WAIT_SECONDS = 15 * 60
DEFAULT_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class RateLimit:
    """What an answer says of the budget; ``limits`` maps seconds of a window to requests."""

    remaining: int
    reset_seconds: float
    limits: dict[str, int] | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "RateLimit | None":
        """Read ``X-RateLimit-*``; None when they are absent or unreadable."""
        try:
            remaining = int(headers["X-RateLimit-Remaining"])
            reset_seconds = float(headers["X-RateLimit-Reset"])
        except (KeyError, ValueError):
            return None
        told = re.findall(r"(\d+)\s*;\s*window=(\d+)", headers.get("X-RateLimit-Limit", ""))
        return cls(remaining, max(0.0, reset_seconds), {window: int(limit) for limit, window in told} or None)


def client_key(base_url: str, client_id: str) -> str:
    """Under which key the ledger keeps the budget of an app."""
    return hashlib.sha256(f"{base_url}\n{client_id}".encode()).hexdigest()


def pause_after_429(headers: Mapping[str, str]) -> float:
    """Seconds to pause after a 429: ``X-RateLimit-Reset``, else ``Retry-After``, else a minute."""
    for name in ("X-RateLimit-Reset", "Retry-After"):
        try:
            return max(0.0, float(headers[name]))
        except (KeyError, ValueError):
            continue
    return DEFAULT_PAUSE_SECONDS


class Budget:
    """Hands out permission to send one request at a time."""

    def __init__(
        self,
        engine: Engine,
        base_url: str,
        client_id: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._key = client_key(base_url, client_id)
        self._sleep = sleep
        self._clock = clock
        self._lease_id: int | None = None
        self._granted = self._sent = 0
        self._lease_until = 0.0
        self._last_seen: RateLimit | None = None
        self._opened = False
        self.waited_seconds = 0.0

    def spend(self) -> float:
        """Wait until one request may be sent; returns the seconds waited.

        Raises BudgetExhausted when that would take longer than a task should wait.
        """
        waited = 0.0
        while not self._from_lease():
            pause = self._lease()
            if pause > LONGEST_WAIT_SECONDS:
                resumes = datetime.now(UTC) + timedelta(seconds=pause)
                raise BudgetExhausted(
                    f"WHOOP's request budget is used up until {resumes:%Y-%m-%d %H:%M} UTC; "
                    "what was pulled is kept, run the pull again then."
                )
            if pause:
                self._sleep(pause)
                waited += pause
        self.waited_seconds += waited
        return waited

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take note of what an answer says of the budget."""
        told = RateLimit.from_headers(headers)
        if told is None:
            return
        # The ledger knows the window already unless WHOOP tells less than a lease, or other limits.
        news = (
            self._last_seen is None
            or told.limits != self._last_seen.limits
            or told.remaining <= 2 * max(self._granted, LOW_REMAINING)
        )
        self._last_seen = told
        if news:
            self._record(told)

    def pause(self, seconds: float) -> None:
        """No task may send a request for that long: WHOOP answered 429."""
        self._record(RateLimit(remaining=0, reset_seconds=seconds))
        self.close()

    def close(self) -> None:
        """Give back what was leased and not sent."""
        if self._lease_id is not None:
            with transaction(self._engine) as connection:
                run_sql(connection, "whoop/budget/settle", lease_id=self._lease_id, sent=self._sent)
            self._lease_id, self._granted, self._sent = None, 0, 0

    def _from_lease(self) -> bool:
        if self._lease_id is None or self._sent >= self._granted or self._clock() > self._lease_until:
            return False
        self._sent += 1
        return True

    def _lease(self) -> float:
        """Take a new lease; returns the seconds to wait first, 0 when requests were granted."""
        with transaction(self._engine) as connection:
            if not self._opened:
                run_sql(
                    connection, "whoop/budget/open", client_key=self._key, default_limits=json.dumps(DEFAULT_LIMITS)
                )
                run_sql(connection, "whoop/budget/forget", client_key=self._key)
                self._opened = True
            run_sql(connection, "whoop/budget/lock", client_key=self._key)
            if self._lease_id is not None:
                run_sql(connection, "whoop/budget/settle", lease_id=self._lease_id, sent=self._sent)
            row = run_sql(
                connection,
                "whoop/budget/lease",
                client_key=self._key,
                wanted=LEASE_SIZE,
                margin_seconds=MARGIN_SECONDS,
            ).one()
        self._lease_id, self._granted, self._sent = row.lease_id, row.granted, 0
        self._lease_until = self._clock() + LEASE_SECONDS
        return 0.0 if row.granted else max(row.wait_seconds, 0.05)

    def _record(self, told: RateLimit) -> None:
        with transaction(self._engine) as connection:
            run_sql(connection, "whoop/budget/open", client_key=self._key, default_limits=json.dumps(DEFAULT_LIMITS))
            run_sql(
                connection,
                "whoop/budget/observe",
                client_key=self._key,
                limits=json.dumps(told.limits) if told.limits else None,
                remaining=told.remaining,
                reset_seconds=told.reset_seconds,
            )
