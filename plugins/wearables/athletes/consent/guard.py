"""What guards every public page: limits on how often and how much is sent, and headers that bind a browser."""

import base64
import hashlib
from urllib.parse import urlsplit

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from wearables.athletes.consent import result_pages as outcomes
from wearables.athletes.consent.render import STYLE, render_outcome
from wearables.core.body_limits import refused_length
from wearables.whoop.credentials import DEFAULT_BASE_URL

# An athlete needs three requests; a squad that consents together may share one address.
RATE = parse("60/minute")
# A pasted address, percent-encoded, and two tokens.
MAX_BODY_BYTES = 64 * 1024
# In the memory of each process: the api-server is one, and more would only be more lenient.
LIMITER = MovingWindowRateLimiter(MemoryStorage())

STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def content_policy(whoop_url: str = DEFAULT_BASE_URL) -> str:
    """No script, no frame, nothing from elsewhere.

    A browser holds the redirects that follow a form to `form-action`, and WHOOP's own sign-in redirects to hosts of its
    choice: hence any https address.
    """
    parts = urlsplit(whoop_url)
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' https: {parts.scheme}://{parts.netloc}"
    )


class Guard(BaseHTTPMiddleware):
    """Refuses who asks too often or sends too much, and sets the headers."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer, or refuse to."""
        address = request.client.host if request.client else ""
        response: Response
        if not LIMITER.hit(RATE, address):
            response = render_outcome(outcomes.TOO_BUSY)
            response.headers["Retry-After"] = str(RATE.get_expiry())
        elif status := refused_length(request, MAX_BODY_BYTES):
            response = render_outcome(outcomes.unread(status))
        else:
            response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", content_policy())
        response.headers.update(HEADERS)
        return response
