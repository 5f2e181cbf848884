"""OAuth 2 as WHOOP speaks it: credentials in the form body, both tokens rotated at each refresh.

Messages and their errors come from oauthlib; this file adds what WHOOP adds.
"""

import datetime as dt
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

import requests
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import InvalidClientError, UnauthorizedClientError

from wearables.core.errors import PermanentError, ReconnectRequired, SourceUnavailable
from wearables.whoop.transport import Transport

AUTHORIZATION_PATH = "/oauth/oauth2/auth"
TOKEN_PATH = "/oauth/oauth2/token"  # noqa: S105 - a path
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
DEFAULT_TOKEN_SECONDS = 3600
OFFLINE = "offline"
SCOPES = (
    "read:recovery",
    "read:cycles",
    "read:workout",
    "read:sleep",
    "read:profile",
    "read:body_measurement",
    OFFLINE,
)


@dataclass(frozen=True)
class Credentials:
    """A WHOOP app: where it asks, and as whom. Its repr shows no secret."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class TokenPair:
    """An access token and the refresh token that replaces it. Its repr shows neither."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: dt.datetime
    scopes: str

    def expires_within(self, margin: dt.timedelta) -> bool:
        """Whether the access token is dead, or will be before ``margin`` has passed."""
        return self.expires_at <= dt.datetime.now(dt.UTC) + margin

    @property
    def lost_scopes(self) -> list[str]:
        """Scopes that were asked for and not granted; an answer that names none grants all."""
        granted = set(self.scopes.split() or SCOPES)
        if not self.refresh_token:
            granted.discard(OFFLINE)
        return [scope for scope in SCOPES if scope not in granted]


def authorization_url(credentials: Credentials, redirect_url: str, state: str) -> str:
    """Where an athlete consents; WHOOP sends the answer to ``redirect_url``."""
    query = {
        "client_id": credentials.client_id,
        "redirect_uri": redirect_url,
        "response_type": "code",
        "scope": " ".join(SCOPES),
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
        """Trade a refresh token for a new pair; WHOOP forgets the old pair.

        Raises ReconnectRequired when WHOOP declares the grant dead, PermanentError for bad client credentials,
        SourceUnavailable when it gives no proper answer.
        """
        response, error = self._ask(self._refresh_body(refresh_token))
        if error is None:
            return self._pair(response, refresh_token)
        raise _meaning(response, error)

    def redeem(self, code: str, redirect_url: str) -> TokenPair:
        """Trade the code that WHOOP sent to ``redirect_url`` for a pair; it has no refresh token without `offline`.

        Raises as ``refresh`` does; ReconnectRequired when the code is spent, expired or not one.
        """
        body = self._messages.prepare_request_body(code=code, redirect_uri=redirect_url, include_client_id=False)
        response, error = self._ask(body)
        if error is None:
            return self._pair(response, "")
        raise _meaning(response, error)

    def verify_client(self) -> None:
        """Prove client id and secret without any athlete: a made-up grant must be refused as such.

        Raises PermanentError when WHOOP does not know the client, SourceUnavailable when it gives no answer.
        """
        response, error = self._ask(self._refresh_body(secrets.token_urlsafe(32)))
        if response.status_code == 401 and not _names_the_grant(error):
            raise self._bad_client()
        if error is not None and response.status_code not in (400, 401, 403):
            raise SourceUnavailable(f"WHOOP's token endpoint answered {response.status_code}; check the base URL.")

    def _refresh_body(self, refresh_token: str) -> str:
        # WHOOP gives no new refresh token unless `offline` is asked for again.
        return self._messages.prepare_refresh_body(refresh_token=refresh_token, scope=OFFLINE)

    def _ask(self, body: str) -> tuple[requests.Response, OAuth2Error | None]:
        app = {"client_id": self._credentials.client_id, "client_secret": self._credentials.client_secret}
        response = self._transport.send("POST", TOKEN_PATH, data=f"{body}&{urlencode(app)}", headers=FORM)
        error = self._error_of(response)
        if isinstance(error, InvalidClientError | UnauthorizedClientError):
            raise self._bad_client()
        return response, error

    def _error_of(self, response: requests.Response) -> OAuth2Error | None:
        try:
            self._messages.parse_request_body_response(response.text)
        except OAuth2Error as error:
            return error
        return None

    def _pair(self, response: requests.Response, refresh_token: str) -> TokenPair:
        token = self._messages.parse_request_body_response(response.text)
        seconds = int(token.get("expires_in") or DEFAULT_TOKEN_SECONDS)
        return TokenPair(
            access_token=token["access_token"],
            refresh_token=token.get("refresh_token") or refresh_token,
            expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds),
            scopes=" ".join(token.get("scope") or ()),
        )

    def _bad_client(self) -> PermanentError:
        return PermanentError(
            f"WHOOP at {self._credentials.base_url} does not accept the client id and secret; "
            "correct Client ID and Client secret of the Airflow connection."
        )


def _names_the_grant(error: OAuth2Error | None) -> bool:
    return error is not None and error.error in {"invalid_grant", "token_inactive"}


def _meaning(response: requests.Response, error: OAuth2Error) -> ReconnectRequired | SourceUnavailable:
    if _names_the_grant(error) or response.status_code == 401:
        return ReconnectRequired("WHOOP no longer accepts the grant; let the athlete consent again.")
    return SourceUnavailable(
        f"WHOOP's token endpoint answered {response.status_code} ({error.error}); run again, report it if it stays."
    )
