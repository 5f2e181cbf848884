"""Page through a list, from the first page to the last. An incomplete list is always an error."""

from collections.abc import Callable, Iterator

import msgspec

from wearables.core.errors import IncompleteAnswer
from wearables.whoop import lenient

MALFORMED = "WHOOP returned a page that is not the expected JSON. Run the pull again."

Fetch = Callable[[str | None], bytes]
"""Request the page with this token (None for the first) and return its body."""


class Page(msgspec.Struct):
    """WHOOP's envelope; ``records`` stay undecoded."""

    records: list[msgspec.Raw]
    next_token: str | None = None


_decoder = msgspec.json.Decoder(Page)


def pages(fetch: Fetch) -> Iterator[list[bytes]]:
    """Yield the records of each page, newest first, as the bytes WHOOP sent.

    Raises IncompleteAnswer if a page is malformed or a page token repeats.
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
            raise IncompleteAnswer("WHOOP repeated a page token, so its list may be incomplete. Run the pull again.")
        seen.add(token)


def _decode(body: bytes) -> Page:
    try:
        return _decoder.decode(body)
    except (msgspec.ValidationError, RecursionError):
        raise IncompleteAnswer(MALFORMED) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _split(body)


def _split(body: bytes) -> Page:
    try:
        records, token = lenient.split(body)
    except (ValueError, RecursionError):
        raise IncompleteAnswer(MALFORMED) from None
    return Page([msgspec.Raw(record) for record in records], token)
