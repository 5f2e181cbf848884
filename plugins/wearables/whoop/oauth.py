"""OAuth 2 with WHOOP: client credentials go into the form body, and each refresh rotates both tokens.

oauthlib builds the requests and parses the responses; this module adds what is specific to WHOOP.
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
    """The base URL and credentials of a WHOOP app. The repr hides the secret."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)


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
        """The scopes that were requested but not granted. A response without scopes grants all."""
        granted = set(self.scopes.split() or SCOPES)
        if not self.refresh_token:
            granted.discard(OFFLINE)
        return [scope for scope in SCOPES if scope not in granted]


def authorization_url(credentials: Credentials, redirect_url: str, state: str) -> str:
    """Return the URL at which an athlete consents; WHOOP redirects to ``redirect_url`` afterwards."""
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
        """Exchange a refresh token for a new pair; WHOOP invalidates the old one.

        Raises ReconnectRequired if WHOOP no longer accepts the grant, PermanentError if it rejects the client
        credentials, SourceUnavailable if it answers with another error.
        """
        response, error = self._post(self._refresh_body(refresh_token))
        if error is None:
            return self._pair(response, refresh_token)
        raise _to_error(response, error)

    def redeem(self, code: str, redirect_url: str) -> TokenPair:
        """Exchange the code that WHOOP sent to ``redirect_url`` for a pair.

        The refresh token is empty if the athlete did not grant `offline`. Raises as ``refresh`` does; ReconnectRequired
        if the code is used, expired or invalid.
        """
        body = self._messages.prepare_request_body(code=code, redirect_uri=redirect_url, include_client_id=False)
        response, error = self._post(body)
        if error is None:
            return self._pair(response, "")
        raise _to_error(response, error)

    def verify_client(self) -> None:
        """Verify client id and secret without an athlete: WHOOP must reject a made-up grant, but not the client.

        Raises PermanentError if WHOOP rejects the client, SourceUnavailable if it answers with another error.
        """
        response, error = self._post(self._refresh_body(secrets.token_urlsafe(32)))
        if response.status_code == 401 and not _is_about_grant(error):
            raise self._bad_client()
        if error is not None and response.status_code not in (400, 401, 403):
            raise SourceUnavailable(
                f"WHOOP's token endpoint answered {response.status_code}. Check the base URL in the connection."
            )

    def _refresh_body(self, refresh_token: str) -> str:
        # WHOOP only returns a new refresh token if `offline` is requested again.
        return self._messages.prepare_refresh_body(refresh_token=refresh_token, scope=OFFLINE)

    def _post(self, body: str) -> tuple[requests.Response, OAuth2Error | None]:
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
            f"WHOOP at {self._credentials.base_url} does not accept the client id and secret. "
            "Correct Client ID and Client secret in the Airflow connection."
        )


def _is_about_grant(error: OAuth2Error | None) -> bool:
    return error is not None and error.error in {"invalid_grant", "token_inactive"}


def _to_error(response: requests.Response, error: OAuth2Error) -> ReconnectRequired | SourceUnavailable:
    if _is_about_grant(error) or response.status_code == 401:
        return ReconnectRequired("WHOOP no longer accepts the grant. Let the athlete consent again.")
    return SourceUnavailable(
        f"WHOOP's token endpoint answered {response.status_code} ({error.error}). "
        "Run again; if the error persists, report it as a bug."
    )
