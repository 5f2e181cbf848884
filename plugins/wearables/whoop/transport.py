"""The lowest layer of the WHOOP client: one request in, one answer out, budget and retries included.

Status codes become errors by one table; nothing above this file looks at a status.
"""

import logging
import time
from collections.abc import Callable
from typing import Protocol

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)

from wearables.core.errors import BudgetExhausted, MembershipInactive, SourceUnavailable
from wearables.whoop.budget import LONGEST_WAIT_SECONDS, Budget, pause_after_429

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = (10, 60)  # to connect, to read
ATTEMPTS = 5
LONGEST_BACKOFF_SECONDS = 30


class Unauthorized(Exception):
    """WHOOP refused the access token (401); the client renews it once."""


class NotFound(Exception):
    """WHOOP has no such thing (404)."""


class BadRequest(Exception):
    """WHOOP refused the request as such (400 and other 4xx); holds the status only."""


class Transient(Exception):
    """This attempt failed in a way that another may not."""


class RateLimited(Transient):
    """WHOOP answered 429 and the budget has been paused."""


class Transport(Protocol):
    """What the layers above need of a transport; a test may bring its own."""

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
        """Send one request and return its answer (2xx; without ``token`` any status below 500)."""


class HttpTransport:
    """A requests session with timeouts, the shared budget and one retry policy."""

    def __init__(self, base_url: str, budget: Budget, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.base_url = base_url.rstrip("/")
        self.budget = budget
        self.requests_sent = 0
        self._session = requests.Session()
        self._session.headers["User-Agent"] = "wearables (Apache Airflow)"
        # A netrc file or proxy variable must not replace the athlete's token.
        self._session.trust_env = False
        self._retrying = Retrying(
            retry=retry_if_exception_type(Transient),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.5, max=LONGEST_BACKOFF_SECONDS),
            before_sleep=self._log_retry,
            sleep=sleep,
            reraise=True,
        )

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

        ``token`` is called after the wait for the budget, so that a token never grows old in the queue.
        Raises SourceUnavailable, BudgetExhausted, MembershipInactive, Unauthorized, NotFound or BadRequest.
        """
        try:
            return self._retrying.copy()(self._attempt, method, path, token, headers, {"params": params, "data": data})
        except Transient as error:
            raise SourceUnavailable(
                f"WHOOP at {self.base_url} gave no proper answer in {ATTEMPTS} attempts ({error}); run again."
            ) from None

    def _attempt(
        self,
        method: str,
        path: str,
        token: Callable[[], str] | None,
        headers: dict[str, str] | None,
        arguments: dict,
    ) -> requests.Response:
        self.budget.spend()
        bearer = {"Authorization": f"Bearer {token()}"} if token else {}
        self.requests_sent += 1
        try:
            response = self._session.request(
                method,
                self.base_url + path,
                headers={**(headers or {}), **bearer},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **arguments,
            )
        except requests.RequestException as error:
            # The text of such an error may hold the URL with its query: only its kind is told.
            raise Transient(type(error).__name__) from None
        self.budget.observe(response.headers)
        self._raise_for_status(response, is_token_request=token is None)
        return response

    def _raise_for_status(self, response: requests.Response, *, is_token_request: bool) -> None:
        status = response.status_code
        if status == 429:
            seconds = pause_after_429(response.headers)
            self.budget.pause(seconds)
            if seconds > LONGEST_WAIT_SECONDS:
                raise BudgetExhausted(
                    f"WHOOP allows no request for the next {seconds / 60:.0f} minutes; "
                    "what was pulled is kept, run the pull again then."
                )
            raise RateLimited("429, too many requests")
        if status >= 500 or status in (408, 425):
            raise Transient(f"status {status}")
        if status == 200 and not response.content:
            raise Transient("an empty answer")
        if is_token_request or 200 <= status < 300:
            return
        if status == 401:
            raise Unauthorized
        if status == 403:
            raise MembershipInactive("WHOOP says the membership is not active; renew it, then enrol the athlete again.")
        if status == 404:
            raise NotFound
        raise BadRequest(f"status {status}")

    @staticmethod
    def _log_retry(state: RetryCallState) -> None:
        reason = state.outcome.exception() if state.outcome else None
        pause = state.next_action.sleep if state.next_action else 0
        log.warning("WHOOP: %s, attempt %d, next in %.1f s", reason, state.attempt_number, pause)
