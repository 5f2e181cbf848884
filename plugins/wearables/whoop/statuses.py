"""The meaning of WHOOP's HTTP answers and OAuth error codes, which no other module interprets.

Only two answers say something about an athlete: the error code ``invalid_grant`` of the token endpoint, and a 403 with
the error code ``deactivated_user`` of a data endpoint. Anything else may come from a proxy, a firewall or an outage.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from wearables.core.errors import MembershipInactive


class Reply(NamedTuple):
    """An HTTP answer. The names of ``headers`` are case-insensitive."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Unauthorized(Exception):
    """A data endpoint rejected the access token; the client renews it once."""


class NotFound(Exception):
    """WHOOP does not know the path."""


class BadRequest(Exception):
    """WHOOP rejected the request itself; the message holds only the status."""


class Transient(Exception):
    """This attempt failed, but another may succeed."""


class RateLimited(Transient):
    """Too many requests; the answer says when to continue."""


class ClientRejected(Exception):
    """The token endpoint does not accept the client id and secret."""


class GrantRejected(Exception):
    """The token endpoint does not accept the refresh token or code."""


class UnexpectedAnswer(Exception):
    """WHOOP does not document this answer, so it may come from a proxy or firewall. The message describes it."""


class TokenInactive(UnexpectedAnswer):
    """The token endpoint reports an inactive token, which proves that it accepts the client."""


DEACTIVATED = "deactivated_user"
INACTIVE = "WHOOP says the membership is not active. Ask the athlete to renew it; WHOOP is asked again once a day."
# Statuses not listed: 2xx is an answer, 3xx is unexpected, 5xx is transient, anything else is a bad request.
DATA_ERRORS: Mapping[int, type[Exception]] = {
    401: Unauthorized,
    403: UnexpectedAnswer,
    404: NotFound,
    408: Transient,
    425: Transient,
    429: RateLimited,
}
TOKEN_ERRORS: Mapping[str, type[Exception]] = {
    "invalid_client": ClientRejected,
    "unauthorized_client": ClientRejected,
    "invalid_grant": GrantRejected,
    "token_inactive": TokenInactive,
}
MESSAGES: Mapping[type[Exception], str] = {RateLimited: "429, too many requests"}
# Messages repeat only such a code: an answer could contain anything, even the token that was sent.
PLAIN_CODE = re.compile("[a-z_]{1,40}")


def data_error(reply: Reply) -> Exception | None:
    """Return the error that a data endpoint's answer means, or None if it is a success."""
    status = reply.status
    if 200 <= status < 300:
        return _missing_data(reply)
    if status == 403 and _error_code(reply) == DEACTIVATED:
        return MembershipInactive(INACTIVE)
    default = Transient if status >= 500 else UnexpectedAnswer if status < 400 else BadRequest
    kind = DATA_ERRORS.get(status, default)
    return kind(MESSAGES.get(kind, f"status {status}"))


def token_transport_error(reply: Reply) -> Exception | None:
    """Return the error of a token request that never reached the token endpoint's own logic, or None."""
    error = data_error(reply)
    return error if isinstance(error, Transient) else None


def token_of(reply: Reply) -> Mapping[str, Any]:
    """Return the token of the token endpoint's answer. Raises one of TOKEN_ERRORS or UnexpectedAnswer."""
    status, body = reply.status, _json_object(reply)
    if 200 <= status < 300:
        if isinstance(body.get("access_token"), str):
            return body
        raise UnexpectedAnswer(f"{status} without a token")
    code = _error_code(reply)
    kind = TOKEN_ERRORS.get(code, UnexpectedAnswer) if 400 <= status < 500 else UnexpectedAnswer
    raise kind(f"{status} ({code})" if PLAIN_CODE.fullmatch(code) else f"{status} without an OAuth error code")


def _missing_data(reply: Reply) -> Exception | None:
    if reply.status == 200 and not reply.content:
        return Transient("an empty answer")
    if reply.content.lstrip().startswith(b"<"):
        return UnexpectedAnswer(f"status {reply.status} and a web page")
    return None


def _error_code(reply: Reply) -> str:
    code = _json_object(reply).get("error")
    return code if isinstance(code, str) else ""


def _json_object(reply: Reply) -> dict[str, Any]:
    """Return the body if it is a JSON object, and an empty one otherwise."""
    try:
        body = json.loads(reply.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
