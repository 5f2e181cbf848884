"""The request budget of a WHOOP app, shared by every task, host and integration with the same client id.

WHOOP allows 100 requests a minute and 10,000 a day unless ``X-RateLimit-Limit`` says otherwise. The ledger is in the
warehouse (``ops.request_budgets``, ``ops.request_leases``) and uses the warehouse's clock. ``lease.sql`` decides how
much of the budget each priority may use.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from wearables.core.errors import BudgetExhausted
from wearables.core.priority import Priority
from wearables.core.settings import consent_share
from wearables.core.warehouse import run_sql, transaction

DEFAULT_LIMITS = {"60": 100, "86400": 10_000}
# A request reaches WHOOP a little after it was leased, so the ledger counts it for that much longer than the period.
MARGIN_SECONDS = 0.5
# A consent needs one request at a time, and many athletes may consent at once. The other sizes are
# more than a task can send while a lease lasts.
LEASE_SIZES = {Priority.CONSENT: 1, Priority.ROUTINE: 250, Priority.BULK: 250}
LEASE_SECONDS = 0.25
# The per cent of every period longer than five minutes that bulk requests leave to routine ones, in addition to the
# share of consent.
ROUTINE_SHARE = 20
# How long requests of lower priority wait after one of a higher priority.
YIELD_SECONDS = 5
LOW_REMAINING = 10
LONGEST_WAIT_SECONDS = 15 * 60
DEFAULT_PAUSE_SECONDS = 60.0
SPENT = {
    Priority.CONSENT: "The request budget of the WHOOP app is used up",
    Priority.ROUTINE: "The request budget of the WHOOP app is used up",
    Priority.BULK: "The share of the request budget for manual pulls and catch-up is used up",
}


@dataclass(frozen=True)
class RateLimit:
    """The rate limit that a response reports; ``limits`` maps the seconds of a period to requests.

    ``remaining`` and ``reset_seconds`` are about the period whose limit is ``limit``.
    """

    remaining: int
    reset_seconds: float
    limits: dict[str, int] | None = None
    limit: int | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "RateLimit | None":
        """Parse ``X-RateLimit-*``; return None if they are missing or invalid."""
        try:
            remaining = int(headers["X-RateLimit-Remaining"])
            reset_seconds = float(headers["X-RateLimit-Reset"])
        except (KeyError, ValueError):
            return None
        text = headers.get("X-RateLimit-Limit", "")
        limits = {period: int(limit) for limit, period in re.findall(r"(\d+)\s*;\s*window=(\d+)", text)}
        first = re.match(r"\s*(\d+)", text)
        return cls(remaining, max(0.0, reset_seconds), limits or None, int(first[1]) if first else None)


def client_key(base_url: str, client_id: str) -> str:
    """Return the key of an app's budget in the ledger."""
    return hashlib.sha256(f"{base_url}\n{client_id}".encode()).hexdigest()


def pause_after_429(headers: Mapping[str, str]) -> float:
    """Return the seconds to pause after a 429: ``X-RateLimit-Reset``, else ``Retry-After``, else a minute."""
    for name in ("X-RateLimit-Reset", "Retry-After"):
        try:
            return max(0.0, float(headers[name]))
        except (KeyError, ValueError):
            continue
    return DEFAULT_PAUSE_SECONDS


class Budget:
    """Grant permission to send requests, one at a time. Several threads may ask at once."""

    def __init__(
        self,
        engine: Engine,
        base_url: str,
        client_id: str,
        priority: Priority = Priority.ROUTINE,
        *,
        longest_wait_seconds: float = LONGEST_WAIT_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._key = client_key(base_url, client_id)
        self._priority = priority
        self._longest_wait_seconds = longest_wait_seconds
        self._sleep = sleep
        self._clock = clock
        self._lease_id: int | None = None
        self._granted = self._sent = 0
        self._lease_until = 0.0
        self._last_seen: RateLimit | None = None
        self._opened = False
        self._lock = threading.Lock()
        self._queues = {each: threading.Lock() for each in Priority}
        self._slept = dict.fromkeys(Priority, 0.0)

    def spend(self, priority: Priority | None = None) -> float:
        """Wait until one request of this priority, by default the budget's, may be sent. Return the seconds waited.

        Raises BudgetExhausted if the wait would be longer than ``longest_wait_seconds``.
        """
        if self._from_lease():
            return 0.0
        priority = priority or self._priority
        slept = self._slept[priority]
        # Of the threads with the same priority, one takes the next lease, and the others wait for it.
        with self._queues[priority]:
            while not self._from_lease():
                pause = self._lease(priority)
                if pause > self._longest_wait_seconds:
                    resumes = datetime.now(UTC) + timedelta(seconds=pause)
                    raise BudgetExhausted(
                        f"{SPENT[priority]} until {resumes:%Y-%m-%d %H:%M} UTC. "
                        "Everything pulled so far is kept. Run the pull again then."
                    )
                if pause:
                    self._sleep(pause)
                    self._slept[priority] += pause
            return self._slept[priority] - slept

    def observe(self, headers: Mapping[str, str]) -> None:
        """Record the rate limit that a response reports, if it adds to what the ledger knows."""
        reported = RateLimit.from_headers(headers)
        if reported is None:
            return
        # A write is only worth its transaction if the limits have changed or the budget is nearly used up.
        is_worth_recording = (
            self._last_seen is None
            or reported.limits != self._last_seen.limits
            or reported.remaining <= 2 * max(self._granted, LOW_REMAINING)
        )
        self._last_seen = reported
        if is_worth_recording:
            self._record(reported)

    def pause(self, seconds: float) -> None:
        """Stop all tasks from sending requests for that long, because WHOOP answered 429."""
        self._record(RateLimit(remaining=0, reset_seconds=seconds))
        self.close()

    def close(self) -> None:
        """Return the requests that were leased but not sent."""
        with self._lock:
            if self._lease_id is not None:
                with transaction(self._engine) as connection:
                    run_sql(connection, "whoop/budget/settle", lease_id=self._lease_id, sent=self._sent)
                self._lease_id, self._granted, self._sent = None, 0, 0

    def _from_lease(self) -> bool:
        with self._lock:
            if self._lease_id is None or self._sent >= self._granted or self._clock() > self._lease_until:
                return False
            self._sent += 1
            return True

    def _lease(self, priority: Priority) -> float:
        """Take a new lease. Return 0 if it grants requests, otherwise the seconds to wait before the next attempt."""
        with self._lock, transaction(self._engine) as connection:
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
                priority=priority,
                wanted=LEASE_SIZES[priority],
                consent_share=consent_share(),
                routine_share=ROUTINE_SHARE,
                margin_seconds=MARGIN_SECONDS,
                yield_seconds=YIELD_SECONDS,
            ).one()
            self._lease_id, self._granted, self._sent = row.lease_id, row.granted, 0
            self._lease_until = self._clock() + LEASE_SECONDS
        return 0.0 if row.granted else max(row.wait_seconds, 0.05)

    def _record(self, reported: RateLimit) -> None:
        with transaction(self._engine) as connection:
            run_sql(connection, "whoop/budget/open", client_key=self._key, default_limits=json.dumps(DEFAULT_LIMITS))
            run_sql(
                connection,
                "whoop/budget/observe",
                client_key=self._key,
                limits=json.dumps(reported.limits) if reported.limits else None,
                reported_limit=reported.limit,
                remaining=reported.remaining,
                reset_seconds=reported.reset_seconds,
            )
