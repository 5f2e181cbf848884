"""Protect the public pages: limit the rate and size of requests, and set strict headers."""

import base64
import hashlib
from contextlib import suppress
from urllib.parse import urlsplit

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.render import STYLE, render_result
from wearables.core.body_limits import rejection_status
from wearables.core.errors import WearablesError
from wearables.core.signing import fingerprint, is_state, read_invite
from wearables.whoop.credentials import DEFAULT_BASE_URL

# Requests with a valid invitation or OAuth state are counted per invitation or state, so that all athletes of a team
# can consent at once from one address. An athlete needs three requests. All other requests are counted per address.
PER_INVITATION = parse("30/minute")
PER_ADDRESS = parse("60/minute")
# Enough for a percent-encoded address and two tokens.
MAX_BODY_BYTES = 64 * 1024
# Each process counts for itself. The API server is one process; several would only make the limit more lenient.
LIMITER = MovingWindowRateLimiter(MemoryStorage())

STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def content_policy(whoop_url: str = DEFAULT_BASE_URL) -> str:
    """Return a Content-Security-Policy that allows no scripts, frames or content from other hosts.

    Browsers also apply `form-action` to the redirects that follow a form. WHOOP's sign-in redirects to several hosts,
    so every https address is allowed.
    """
    parts = urlsplit(whoop_url)
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' https: {parts.scheme}://{parts.netloc}"
    )


class Guard(BaseHTTPMiddleware):
    """Middleware that enforces both limits and sets the headers."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Handle or reject one request."""
        rate, subject = _counted(request)
        response: Response
        if not LIMITER.hit(rate, subject):
            response = render_result(result_pages.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(rate.get_expiry())
        elif status := rejection_status(request, MAX_BODY_BYTES):
            response = render_result(result_pages.invalid_body(status))
        else:
            response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", content_policy())
        response.headers.update(HEADERS)
        return response


def _counted(request: Request) -> tuple[RateLimitItem, str]:
    """Return the limit that applies to a request, and the key under which the request is counted."""
    first = request.url.path.removeprefix(request.scope.get("root_path", "")).strip("/").partition("/")[0]
    secret = request.query_params.get("state", "") if first == "callback" else first
    with suppress(WearablesError):  # The grant keys are missing: the page itself reports it.
        if is_state(secret) if first == "callback" else read_invite(secret) is not None:
            return PER_INVITATION, fingerprint(secret)
    return PER_ADDRESS, request.client.host if request.client else ""
