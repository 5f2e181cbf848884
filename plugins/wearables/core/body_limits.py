"""Limits on a request's body, checked before it is read, because forms are parsed before the user is authenticated."""

from starlette.requests import Request


def refused_length(request: Request, max_bytes: int) -> int | None:
    """Return the HTTP status to refuse a body with, or None if it may be read.

    Refuses a missing (411), invalid (400) or excessive (413) Content-Length. The server itself makes sure that no body
    is longer than its Content-Length. ``max_bytes`` is in bytes.
    """
    length = request.headers.get("content-length")
    if length is None:
        is_empty = request.method in {"GET", "HEAD"} and "transfer-encoding" not in request.headers
        return None if is_empty else 411
    if not (length.isascii() and length.isdecimal()):
        return 400
    return 413 if int(length) > max_bytes else None
