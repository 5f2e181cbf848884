"""The lowest layer of the WHOOP client: one request in, one answer out, budget and retries included.

The meaning of a status is decided in statuses.py.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol
from urllib.parse import urlencode

import requests
from requests.adapters import HTTPAdapter
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from wearables.core.errors import BudgetExhausted, SourceUnavailable
from wearables.core.priority import Priority
from wearables.whoop.budget import LONGEST_WAIT_SECONDS, Budget, pause_after_429
from wearables.whoop.statuses import RateLimited, Transient, data_error, token_transport_error

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = (10, 60)  # to connect, to read
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
    ) -> requests.Response:
        """Send one request and return its answer: 2xx, or without ``token`` whatever the token endpoint itself says."""


@dataclass(frozen=True)
class Spent:
    """What a thread has used so far: requests sent, and seconds spent waiting for the budget."""

    requests: int = 0
    waited_seconds: float = 0.0


class HttpTransport:
    """Connections with timeouts, the shared budget and one retry policy. Several threads may use it at once.

    It uses the adapter of ``requests`` without a session: cookies must not pass from one athlete to another, and a
    netrc file or proxy variable must not replace the athlete's token.
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
    ) -> requests.Response:
        """Send one request, retries included.

        ``token`` is called after the wait for the budget, so that a token never expires in the queue.
        Raises SourceUnavailable, BudgetExhausted, or an error of ``data_error`` that is not transient.
        """
        prepared = self._prepared(method, path).copy()
        if params:
            prepared.url = f"{prepared.url}?{urlencode(params)}"
        if data:
            prepared.prepare_body(data, files=None)
        prepared.headers.update(headers or {})
        try:
            return self._retrying.copy()(self._attempt, prepared, token)
        except Transient as error:
            raise SourceUnavailable(
                f"WHOOP at {self.base_url} gave no valid answer in {self._attempts} attempts ({error}). "
                "Try again later."
            ) from None

    @cache  # noqa: B019 - a transport lives as long as a task
    def _prepared(self, method: str, path: str) -> requests.PreparedRequest:
        """Return the request without what differs each time. Preparing it takes longer than all of our own work."""
        return requests.Request(method, self.base_url + path, headers=HEADERS).prepare()

    def close(self) -> None:
        """Close the connections, and return the unused part of the leased request budget."""
        self._adapter.close()
        self.budget.close()

    def _attempt(self, prepared: requests.PreparedRequest, token: Callable[[], str] | None) -> requests.Response:
        # A request without an access token goes to the token endpoint, on which athletes and pulls depend.
        waited = self.budget.spend(None if token else Priority.CONSENT)
        if token:
            prepared.headers["Authorization"] = f"Bearer {token()}"
        spent = self.spent()
        self._of_thread.spent = Spent(spent.requests + 1, spent.waited_seconds + waited)
        try:
            response = self._adapter.send(prepared, timeout=TIMEOUT_SECONDS)
            response.content  # noqa: B018 - reads the body, so that an error of the connection is raised here
        except requests.RequestException as error:
            # The error's text may contain the URL with its query, so only its class is reported.
            raise Transient(type(error).__name__) from None
        self.budget.observe(response.headers)
        failure = data_error(response) if token else token_transport_error(response)
        if isinstance(failure, RateLimited):
            self._pause(response)
        if failure:
            raise failure
        return response

    def _pause(self, response: requests.Response) -> None:
        seconds = pause_after_429(response.headers)
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
