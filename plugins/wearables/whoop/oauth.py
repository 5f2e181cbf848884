"""OAuth 2 with WHOOP: client credentials go into the form body, and each refresh rotates both tokens.

oauthlib builds the requests; statuses.py interprets the answers.
"""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from oauthlib.oauth2 import WebApplicationClient

from wearables.core.errors import PermanentError, ReconnectRequired, SourceUnavailable
from wearables.whoop.credentials import Credentials
from wearables.whoop.statuses import ClientRejected, GrantRejected, TokenInactive, UnexpectedAnswer, token_of
from wearables.whoop.transport import Transport

AUTHORIZATION_PATH = "/oauth/oauth2/auth"
TOKEN_PATH = "/oauth/oauth2/token"  # noqa: S105 - a path
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
DEFAULT_TOKEN_SECONDS = 3600
LONGEST_TOKEN_SECONDS = 10 * 365 * 86_400
OFFLINE = "offline"
PROFILE = "read:profile"
COLLECTION_SCOPES: Mapping[str, str] = {
    "cycle": "read:cycles",
    "recovery": "read:recovery",
    "sleep": "read:sleep",
    "workout": "read:workout",
}


@dataclass(frozen=True)
class TokenPair:
    """An access token and the refresh token that renews it. The repr hides both."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: dt.datetime
    scopes: str

    def expires_within(self, margin: dt.timedelta) -> bool:
        """Whether the access token has expired or will expire within ``margin``."""
        return self.expires_at <= dt.datetime.now(dt.UTC) + margin

    @property
    def lost_scopes(self) -> list[str]:
        """The scopes that enrolment needs and the athlete did not allow. A response without scopes grants all."""
        granted = set(self.scopes.split() or (PROFILE, OFFLINE))
        if not self.refresh_token:
            granted.discard(OFFLINE)
        return [scope for scope in (PROFILE, OFFLINE) if scope not in granted]

    @property
    def collections(self) -> list[str] | None:
        """The collections that the athlete allowed; None if the response named no scopes."""
        granted = self.scopes.split()
        return [each for each, scope in COLLECTION_SCOPES.items() if scope in granted] if granted else None


def requested_scopes(collections: Iterable[str]) -> list[str]:
    """Return the scopes to ask an athlete for: those of the collections, and the two that enrolment needs."""
    return [*(COLLECTION_SCOPES[each] for each in collections), PROFILE, OFFLINE]


def authorization_url(credentials: Credentials, redirect_url: str, state: str, collections: Iterable[str]) -> str:
    """Return the URL at which an athlete consents; WHOOP redirects to ``redirect_url`` afterwards."""
    query = {
        "client_id": credentials.client_id,
        "redirect_uri": redirect_url,
        "response_type": "code",
        "scope": " ".join(requested_scopes(collections)),
        "state": state,
    }
    return f"{credentials.base_url}{AUTHORIZATION_PATH}?{urlencode(query)}"


class TokenEndpoint:
    """WHOOP's token endpoint."""

    def __init__(self, credentials: Credentials, transport: Transport) -> None:
        self._credentials = credentials
        self._transport = transport
        self._messages = WebApplicationClient(credentials.client_id)

    def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token for a new pair; WHOOP invalidates the old pair.

        Raises ReconnectRequired when WHOOP rejects the grant, PermanentError when it rejects the client credentials,
        SourceUnavailable when it gives no valid answer.
        """
        return self._exchange(self._refresh_body(refresh_token), refresh_token)

    def redeem(self, code: str, redirect_url: str) -> TokenPair:
        """Exchange the code that WHOOP sent to ``redirect_url`` for a pair; without `offline` it has no refresh token.

        Raises the same errors as ``refresh``; ReconnectRequired means that the code is used, expired or invalid.
        """
        body = self._messages.prepare_request_body(code=code, redirect_uri=redirect_url, include_client_id=False)
        return self._exchange(body, "")

    def verify_client(self) -> None:
        """Check client id and secret without an athlete: WHOOP rejects a made-up refresh token, but not the client.

        Raises PermanentError if WHOOP rejects the client, SourceUnavailable if its answer does not say.
        """
        try:
            self._request(self._refresh_body(secrets.token_urlsafe(32)))
        except (GrantRejected, TokenInactive):
            return
        except ClientRejected:
            raise self._bad_client() from None
        except UnexpectedAnswer as error:
            raise self._unavailable(error) from None

    def _refresh_body(self, refresh_token: str) -> str:
        # WHOOP sends no new refresh token unless `offline` is requested again.
        return self._messages.prepare_refresh_body(refresh_token=refresh_token, scope=OFFLINE)

    def _exchange(self, body: str, refresh_token: str) -> TokenPair:
        try:
            return _pair(self._request(body), refresh_token)
        except ClientRejected:
            raise self._bad_client() from None
        except GrantRejected:
            raise ReconnectRequired("WHOOP no longer accepts the grant. Ask the athlete to consent again.") from None
        except UnexpectedAnswer as error:
            raise self._unavailable(error) from None

    def _request(self, body: str) -> Mapping[str, Any]:
        """Send a token request and return the token; raises the errors of ``token_of``."""
        app = {"client_id": self._credentials.client_id, "client_secret": self._credentials.client_secret}
        return token_of(self._transport.send("POST", TOKEN_PATH, data=f"{body}&{urlencode(app)}", headers=FORM))

    def _unavailable(self, error: UnexpectedAnswer) -> SourceUnavailable:
        return SourceUnavailable(
            f"WHOOP's token endpoint answered {error}. This proves nothing about the client or the grant. Check the "
            f"base URL {self._credentials.base_url}, and any proxy or firewall in between. Then try again."
        )

    def _bad_client(self) -> PermanentError:
        return PermanentError(
            f"WHOOP at {self._credentials.base_url} does not accept the client id and secret. "
            "Correct Client ID and Client secret in the Airflow connection."
        )


def _pair(token: Mapping[str, Any], refresh_token: str) -> TokenPair:
    # WHOOP has already rotated the tokens, so an invalid value elsewhere in the answer must not lose them.
    rotated, scope = token.get("refresh_token"), token.get("scope")
    return TokenPair(
        access_token=token["access_token"],
        refresh_token=rotated if rotated and isinstance(rotated, str) else refresh_token,
        expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=_seconds(token.get("expires_in"))),
        scopes=scope if isinstance(scope, str) else "",
    )


def _seconds(expires_in: object) -> float:
    is_valid = isinstance(expires_in, int | float) and 0 < expires_in <= LONGEST_TOKEN_SECONDS
    return float(expires_in) if is_valid else DEFAULT_TOKEN_SECONDS  # type: ignore[arg-type]
