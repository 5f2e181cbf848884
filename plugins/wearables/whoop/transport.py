"""The lowest layer of the WHOOP client: one request in, one answer out, budget and retries included.

The meaning of a status is decided in statuses.py.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from wearables.core.errors import BudgetExhausted, SourceUnavailable
from wearables.core.priority import Priority
from wearables.whoop.budget import LONGEST_WAIT_SECONDS, Budget, pause_after_429
from wearables.whoop.statuses import RateLimited, Reply, Transient, data_error, token_transport_error

log = logging.getLogger(__name__)

TIMEOUT = Timeout(connect=10, read=60)
ATTEMPTS = 5
LONGEST_BACKOFF_SECONDS = 30
HEADERS = {
    "User-Agent": "wearables (Apache Airflow)",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "Connection": "keep-alive",
}


class Transport(Protocol):
    """The interface of a transport, so that tests can supply their own."""

    def send(
        self,
        method: str,
        path: str,
        *,
        token: Callable[[], str] | None = None,
        params: dict[str, str] | None = None,
        data: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request and return its answer: 2xx, or without ``token`` whatever the token endpoint itself says."""


@dataclass(frozen=True)
class Spent:
    """What a thread has used so far: requests sent, and seconds spent waiting for the budget."""

    requests: int = 0
    waited_seconds: float = 0.0


class HttpTransport:
    """Connections with timeouts, the shared budget and one retry policy. Several threads may use it at once.

    Requests go straight to the connection pool of ``requests``. A session would double the time of each request, share
    cookies between athletes, and could replace an athlete's token with credentials from a netrc file.
    """

    def __init__(
        self,
        base_url: str,
        budget: Budget,
        *,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.budget = budget
        self._attempts = attempts
        self._adapter = HTTPAdapter()
        prepared = requests.Request("GET", self.base_url).prepare()
        self._pool: Any = self._adapter.get_connection_with_tls_context(prepared, verify=True)
        self._adapter.cert_verify(self._pool, prepared.url, verify=True, cert=None)
        self._prefix = urlsplit(self.base_url).path
        self._of_thread = threading.local()
        self._retrying = Retrying(
            retry=retry_if_exception_type(Transient),
            stop=stop_after_attempt(attempts),
            wait=wait_random_exponential(multiplier=0.5, max=LONGEST_BACKOFF_SECONDS),
            before_sleep=self._log_retry,
            sleep=sleep,
            reraise=True,
        )

    def spent(self) -> Spent:
        """Return what the calling thread has used so far."""
        return getattr(self._of_thread, "spent", Spent())

    def send(
        self,
        method: str,
        path: str,
        *,
        token: Callable[[], str] | None = None,
        params: dict[str, str] | None = None,
        data: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request, retries included.

        ``token`` is called after the wait for the budget, so that a token never expires in the queue.
        Raises SourceUnavailable, BudgetExhausted, or an error of ``data_error`` that is not transient.
        """
        target = f"{self._prefix}{path}?{_encoded(tuple(params.items()))}" if params else self._prefix + path
        attempt = partial(self._attempt, method, target, token, data, {**HEADERS, **(headers or {})})
        try:
            return attempt()
        except Transient as failure:
            return self._try_again(attempt, failure)

    def _try_again(self, attempt: Callable[[], Reply], first_failure: Transient) -> Reply:
        failures = [first_failure]

        def next_attempt() -> Reply:
            if failures:
                raise failures.pop()
            return attempt()

        try:
            return self._retrying.copy()(next_attempt)
        except Transient as error:
            raise SourceUnavailable(
                f"WHOOP at {self.base_url} gave no valid answer in {self._attempts} attempts ({error}). "
                "Try again later."
            ) from None

    def close(self) -> None:
        """Close the connections, and return the unused part of the leased request budget."""
        self._adapter.close()
        self.budget.close()

    def _attempt(
        self, method: str, target: str, token: Callable[[], str] | None, data: str | None, headers: dict[str, str]
    ) -> Reply:
        # A request without an access token goes to the token endpoint, on which athletes and pulls depend.
        waited = self.budget.spend(None if token else Priority.CONSENT)
        if token:
            headers["Authorization"] = f"Bearer {token()}"
        spent = self.spent()
        self._of_thread.spent = Spent(spent.requests + 1, spent.waited_seconds + waited)
        try:
            response = self._pool.urlopen(
                method, target, body=data, headers=headers, timeout=TIMEOUT, retries=False, redirect=False
            )
        except HTTPError as error:
            # The error's text may contain the URL with its query, so only its class is reported.
            raise Transient(type(error).__name__) from None
        reply = Reply(response.status, response.headers, response.data)
        self.budget.observe(reply.headers)
        failure = data_error(reply) if token else token_transport_error(reply)
        if isinstance(failure, RateLimited):
            self._pause(reply)
        if failure:
            raise failure
        return reply

    def _pause(self, reply: Reply) -> None:
        seconds = pause_after_429(reply.headers)
        self.budget.pause(seconds)
        if seconds > LONGEST_WAIT_SECONDS:
            raise BudgetExhausted(
                f"WHOOP accepts no requests for the next {seconds / 60:.0f} minutes. "
                "Everything pulled so far is kept. Run the pull again then."
            )

    @staticmethod
    def _log_retry(state: RetryCallState) -> None:
        reason = state.outcome.exception() if state.outcome else None
        pause = state.next_action.sleep if state.next_action else 0
        log.warning("WHOOP: %s, attempt %d, next in %.1f s", reason, state.attempt_number, pause)


@lru_cache(maxsize=256)
def _encoded(query: tuple[tuple[str, str], ...]) -> str:
    """Return a query string. All athletes are asked for the same periods."""
    return urlencode(query)
