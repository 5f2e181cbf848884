"""How long a request's body may be: decided before it is read, for a form is parsed before anyone has signed in."""

from starlette.requests import Request


def refused_length(request: Request, most: int) -> int | None:
    """HTTP status for a body of untold, unreadable or too great a length; None when it may be read.

    The server lets no body grow beyond the length it was announced with. ``most`` is in bytes.
    """
    length = request.headers.get("content-length")
    if length is None:
        is_empty = request.method in {"GET", "HEAD"} and "transfer-encoding" not in request.headers
        return None if is_empty else 411
    if not (length.isascii() and length.isdecimal()):
        return 400
    return 413 if int(length) > most else None
