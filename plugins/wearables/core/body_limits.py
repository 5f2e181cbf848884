"""Limits on a request's body, checked before it is read, because forms are parsed before the user is authenticated."""

from starlette.requests import Request


def rejection_status(request: Request, max_bytes: int) -> int | None:
    """Return the HTTP status with which to reject a request, or None if its body may be read.

    Rejects a missing (411), invalid (400) or excessive (413) Content-Length. The server itself makes sure that no body
    is longer than its Content-Length.
    """
    length = request.headers.get("content-length")
    if length is None:
        is_empty = request.method in {"GET", "HEAD"} and "transfer-encoding" not in request.headers
        return None if is_empty else 411
    if not (length.isascii() and length.isdecimal()):
        return 400
    return 413 if int(length) > max_bytes else None
