"""WHOOP's API on behalf of one athlete."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import msgspec

from wearables.core.errors import FreshTokenRejected, IncompleteAnswer, SourceUnavailable
from wearables.core.windows import TimeRange
from wearables.whoop.collections import ENDPOINTS
from wearables.whoop.paging import pages
from wearables.whoop.statuses import BadRequest, NotFound, Unauthorized, UnexpectedAnswer
from wearables.whoop.transport import Transport

PAGE_SIZE = 25  # WHOOP's maximum
PROFILE_PATH = "/developer/v2/user/profile/basic"
ACCESS_PATH = "/developer/v2/user/access"


class Tokens(Protocol):
    """Supplies the access tokens of one athlete."""

    def __call__(self, stale: str | None = None) -> str:
        """Return a valid access token, other than ``stale``."""


class Profile(msgspec.Struct):
    """The athlete's user id and name."""

    user_id: int
    first_name: str | None = None
    last_name: str | None = None


class WhoopClient:
    """WHOOP's v2 API with the token of one athlete."""

    def __init__(self, transport: Transport, tokens: Tokens) -> None:
        self._transport = transport
        self._tokens = tokens

    def records(self, collection: str, chunk: TimeRange) -> Iterator[list[bytes]]:
        """Yield the pages of a collection's records that overlap the chunk.

        Raises AthleteError, BudgetExhausted, SourceUnavailable or IncompleteAnswer.
        """
        query = {"limit": str(PAGE_SIZE), "start": _instant(chunk.start), "end": _instant(chunk.end)}

        def fetch(token: str | None) -> bytes:
            return self._get(ENDPOINTS[collection].path, query | ({"nextToken": token} if token else {}))

        return pages(fetch)

    def profile(self) -> Profile:
        """Return the athlete's profile. Raises the same errors as ``records``."""
        try:
            return msgspec.json.decode(self._get(PROFILE_PATH, {}), type=Profile)
        except msgspec.DecodeError:
            raise IncompleteAnswer("WHOOP returned a profile that is not the expected JSON. Try again.") from None

    def revoke_access(self) -> None:
        """Revoke the athlete's grant at WHOOP. Raises the same errors as ``records``."""
        self._request("DELETE", ACCESS_PATH, {})

    def _get(self, path: str, query: dict[str, str]) -> bytes:
        return self._request("GET", path, query)

    def _request(self, method: str, path: str, query: dict[str, str]) -> bytes:
        try:
            return self._send(method, path, query)
        except Unauthorized:
            raise FreshTokenRejected(
                f"WHOOP answered {path} with 401 although the access token has just been renewed, so the grant is "
                "valid. Check WHOOP's status page, and any proxy or firewall in between. Then run the pull again."
            ) from None
        except UnexpectedAnswer as error:
            raise SourceUnavailable(
                f"{path} returned {error}, which WHOOP does not document. Check the base URL in the Airflow "
                "connection, and any proxy or firewall in between. Then run the pull again."
            ) from None
        except NotFound:
            raise SourceUnavailable(
                f"WHOOP does not know {path} (404). Check the base URL in the Airflow connection."
            ) from None
        except BadRequest as error:
            raise SourceUnavailable(f"WHOOP rejected the request for {path} ({error}). Report this as a bug.") from None

    def _send(self, method: str, path: str, query: dict[str, str]) -> bytes:
        """Send with the current token and, if WHOOP rejects it, once more with a renewed one."""
        used: list[str] = []

        def newest() -> str:
            used.append(self._tokens())
            return used[-1]

        try:
            return self._transport.send(method, path, token=newest, params=query).content
        except Unauthorized:
            stale = used[-1]
            return self._transport.send(method, path, token=lambda: self._tokens(stale=stale), params=query).content


@lru_cache(maxsize=256)
def _instant(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
