"""What can be asked of WHOOP on behalf of one athlete."""

import datetime as dt
from collections.abc import Iterator
from typing import Protocol

import msgspec

from wearables.core.errors import IncompleteAnswer, ReconnectRequired, SourceUnavailable
from wearables.core.windows import TimeRange
from wearables.whoop.collections import ENDPOINTS
from wearables.whoop.paging import pages
from wearables.whoop.statuses import BadRequest, NotFound, Unauthorized
from wearables.whoop.transport import Transport

PAGE_SIZE = 25  # WHOOP's largest
PROFILE_PATH = "/developer/v2/user/profile/basic"
ACCESS_PATH = "/developer/v2/user/access"


class Tokens(Protocol):
    """Gives the access token of the athlete."""

    def __call__(self, stale: str | None = None) -> str:
        """A good access token, other than ``stale``."""


class Profile(msgspec.Struct):
    """Who the athlete is."""

    user_id: int
    first_name: str | None = None
    last_name: str | None = None


class WhoopClient:
    """WHOOP's v2 API as seen by one athlete."""

    def __init__(self, transport: Transport, tokens: Tokens) -> None:
        self._transport = transport
        self._tokens = tokens

    def records(self, collection: str, window: TimeRange) -> Iterator[list[bytes]]:
        """Yield the pages of a collection's records that meet the window.

        Raises AthleteError, BudgetExhausted, SourceUnavailable or IncompleteAnswer.
        """
        query = {"limit": str(PAGE_SIZE), "start": _instant(window.start), "end": _instant(window.end)}

        def fetch(token: str | None) -> bytes:
            return self._get(ENDPOINTS[collection].path, query | ({"nextToken": token} if token else {}))

        return pages(fetch)

    def profile(self) -> Profile:
        """Who the athlete is."""
        try:
            return msgspec.json.decode(self._get(PROFILE_PATH, {}), type=Profile)
        except msgspec.DecodeError:
            raise IncompleteAnswer("WHOOP sent a profile that is not the JSON it promises; try again.") from None

    def revoke_access(self) -> None:
        """Withdraw the athlete's consent at WHOOP. Raises ReconnectRequired when the grant is dead already."""
        self._ask("DELETE", ACCESS_PATH, {})

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        return self._ask("GET", path, query)

    def _ask(self, method: str, path: str, query: dict[str, str]) -> bytes:
        try:
            return self._send(method, path, query)
        except Unauthorized:
            raise ReconnectRequired("WHOOP refuses a fresh access token; let the athlete consent again.") from None
        except NotFound:
            raise SourceUnavailable(f"WHOOP has no {path} (404); check the base URL of the connection.") from None
        except BadRequest as error:
            raise SourceUnavailable(f"WHOOP refused {path} ({error}); report this.") from None

    def _send(self, method: str, path: str, query: dict[str, str]) -> bytes:
        """Send with the current token; should WHOOP refuse that one, once more with a newer."""
        used: list[str] = []

        def newest() -> str:
            used.append(self._tokens())
            return used[-1]

        try:
            return self._transport.send(method, path, token=newest, params=query).content
        except Unauthorized:
            stale = used[-1]
            return self._transport.send(method, path, token=lambda: self._tokens(stale=stale), params=query).content


def _instant(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
