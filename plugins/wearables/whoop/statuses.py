"""The meaning of WHOOP's HTTP statuses and OAuth error codes, which no other module interprets."""

from collections.abc import Mapping

import requests

from wearables.core.errors import MembershipInactive


class Unauthorized(Exception):
    """WHOOP rejected the access token; the client refreshes it once."""


class NotFound(Exception):
    """WHOOP does not know the path."""


class BadRequest(Exception):
    """WHOOP rejected the request itself; the message holds only the status and OAuth's error code."""


class Transient(Exception):
    """This attempt failed, but another may succeed."""


class RateLimited(Transient):
    """Too many requests; the answer says when to continue."""


class ClientRejected(Exception):
    """The token endpoint does not accept the client id and secret."""


class GrantRejected(Exception):
    """The token endpoint does not accept the refresh token or code."""


class TokenRejected(Exception):
    """The token endpoint answered 401 without saying whether it rejects the client or the grant."""


class UnexpectedAnswer(Exception):
    """The token endpoint answered in a way that OAuth does not know; the base URL may be wrong."""


# Statuses not listed: 2xx is an answer, 5xx is transient, anything else is a bad request.
DATA_ERRORS: Mapping[int, type[Exception]] = {
    401: Unauthorized,
    403: MembershipInactive,
    404: NotFound,
    408: Transient,
    425: Transient,
    429: RateLimited,
}
# The token endpoint's error code takes precedence over its status.
TOKEN_ERRORS: Mapping[str, type[Exception]] = {
    "invalid_client": ClientRejected,
    "unauthorized_client": ClientRejected,
    "invalid_grant": GrantRejected,
    "token_inactive": GrantRejected,
}
TOKEN_STATUSES: Mapping[int, type[Exception]] = {400: BadRequest, 401: TokenRejected, 403: BadRequest}
MESSAGES: Mapping[type[Exception], str] = {
    MembershipInactive: "WHOOP says the membership is not active. Renew it, then enrol the athlete again.",
    RateLimited: "429, too many requests",
}


def data_error(response: requests.Response) -> Exception | None:
    """Return the error that a data endpoint's answer means, or None if it is a success."""
    status = response.status_code
    if 200 <= status < 300:
        return Transient("an empty answer") if status == 200 and not response.content else None
    kind = DATA_ERRORS.get(status, Transient if status >= 500 else BadRequest)
    return kind(MESSAGES.get(kind, f"status {status}"))


def token_transport_error(response: requests.Response) -> Exception | None:
    """Return the error of a token request that never reached the token endpoint's own logic, or None."""
    error = data_error(response)
    return error if isinstance(error, Transient) else None


def token_error(response: requests.Response, code: str) -> Exception:
    """Return the error that a failed token request with this OAuth error code means."""
    kind = TOKEN_ERRORS.get(code) or TOKEN_STATUSES.get(response.status_code, UnexpectedAnswer)
    return kind(f"{response.status_code} ({code})")
