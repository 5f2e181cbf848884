"""Turn a good answer into a faulty one."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from wearables_dev.sandbox.faults import Fault


class ProxyResponse(Response):
    """A response to which the server adds no rate limit headers, like one from a proxy in front of WHOOP."""


class HangUp(ConnectionError):
    """Makes the server drop the connection, on purpose."""


async def apply_fault(fault: Fault, answer: Response) -> Response:
    """Return the answer with the fault applied, except ``repeat_token``, which ``list_records`` applies itself."""
    if fault.kind == "status":
        return HTMLResponse("<html><body>scheduled fault</body></html>", fault.status)
    if fault.kind == "json":
        return JSONResponse(fault.body, fault.status)
    if fault.kind == "bare":
        return Response(status_code=fault.status)
    if fault.kind == "rate_limited":
        return ProxyResponse(
            status_code=429, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(fault.seconds)}
        )
    if fault.kind == "rate_limited_bare":
        return ProxyResponse(status_code=429)
    if fault.kind == "empty":
        return Response(status_code=200)
    if fault.kind == "malformed":
        body = bytes(answer.body)
        return Response(body[: len(body) // 2] or b"{", media_type="application/json")
    if fault.kind == "truncated":
        body = bytes(answer.body)
        return StreamingResponse(_first_half(body), headers={"Content-Length": str(max(2, len(body)))})
    if fault.kind == "disconnect":
        return StreamingResponse(_nothing(), headers={"Content-Length": "100"})
    await asyncio.sleep(fault.seconds)
    return answer


async def _first_half(body: bytes) -> AsyncIterator[bytes]:
    yield body[: len(body) // 2]
    raise HangUp


async def _nothing() -> AsyncIterator[bytes]:
    raise HangUp
    yield b""
