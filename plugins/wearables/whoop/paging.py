"""Pages of a list: from the first to the last, or an error; never a part passed off as the whole."""

import json
from collections.abc import Callable, Iterator

import msgspec

from wearables.core.errors import IncompleteAnswer

MALFORMED = "WHOOP sent a page that is not the JSON it promises; run again."

Fetch = Callable[[str | None], bytes]
"""Asks for the page that a token names (None: the first) and returns its body."""


class Page(msgspec.Struct):
    """WHOOP's envelope; ``records`` are left as they were sent."""

    records: list[msgspec.Raw]
    next_token: str | None = None


_decoder = msgspec.json.Decoder(Page)


def pages(fetch: Fetch) -> Iterator[list[bytes]]:
    """Yield the records of each page, newest first, as the bytes WHOOP sent.

    Raises IncompleteAnswer when a page is malformed or a page token comes twice.
    """
    token: str | None = None
    seen = set()
    while True:
        page = _decode(fetch(token))
        yield [bytes(record) for record in page.records]
        # WHOOP ends a list with a missing, null or empty token.
        if not page.next_token:
            return
        token = page.next_token
        if token in seen:
            raise IncompleteAnswer("WHOOP repeated a page token, so its list cannot be whole; run again.")
        seen.add(token)


def _decode(body: bytes) -> Page:
    try:
        return _decoder.decode(body)
    except (msgspec.ValidationError, RecursionError):
        raise IncompleteAnswer(MALFORMED) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_leniently(body)


def _decode_leniently(body: bytes) -> Page:
    # One record with half a surrogate pair must not cost the page: json reads it, and the record is then
    # found unfit by itself.
    try:
        content = json.loads(body)
        return Page(
            [msgspec.Raw(json.dumps(record).encode()) for record in content["records"]], content.get("next_token")
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        raise IncompleteAnswer(MALFORMED) from None
