"""Protect the public pages: limit the rate and size of requests, and set strict headers."""

import base64
import hashlib
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from wearables.athletes.consent import result_pages
from wearables.athletes.consent.render import STYLE, render_result
from wearables.core.body_limits import rejection_status
from wearables.whoop.credentials import DEFAULT_BASE_URL

# An athlete needs three requests, and all athletes of a team may consent from one IP address.
RATE = parse("60/minute")
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
        address = request.client.host if request.client else ""
        response: Response
        if not LIMITER.hit(RATE, address):
            response = render_result(result_pages.TOO_MANY_REQUESTS)
            response.headers["Retry-After"] = str(RATE.get_expiry())
        elif status := rejection_status(request, MAX_BODY_BYTES):
            response = render_result(result_pages.invalid_body(status))
        else:
            response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", content_policy())
        response.headers.update(HEADERS)
        return response
