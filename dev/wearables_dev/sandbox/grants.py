"""Consent and token rotation, with WHOOP's rules."""

import secrets
import time
from dataclasses import dataclass, field

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
COLLECTION_SCOPES = {
    "cycle": "read:cycles",
    "recovery": "read:recovery",
    "sleep": "read:sleep",
    "workout": "read:workout",
}


@dataclass
class Grant:
    """An athlete's consent. Only its latest token pair is valid."""

    athlete_id: int
    scopes: list[str]
    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0


@dataclass
class Grants:
    """The app's grants and authorization codes."""

    token_seconds: int
    _grants: list[Grant] = field(default_factory=list)
    _codes: dict[str, tuple[int, str, list[str]]] = field(default_factory=dict)

    def consent(self, athlete_id: int, scopes: list[str] | None = None) -> Grant:
        """Return a new grant. Earlier grants stay valid until they expire or are revoked."""
        grant = Grant(athlete_id, list(scopes or SCOPES))
        self._grants.append(grant)
        return self.rotate(grant)

    def code(self, athlete_id: int, redirect_uri: str, scopes: list[str]) -> str:
        """Return an authorization code, which can be used once."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (athlete_id, redirect_uri, scopes)
        return code

    def redeem(self, code: str, redirect_uri: str) -> Grant | None:
        """Exchange a code for a grant. Return None if the code is invalid or was already used."""
        athlete_id, known_uri, scopes = self._codes.pop(code, (0, "", []))
        return self.consent(athlete_id, scopes) if athlete_id and known_uri == redirect_uri else None

    def rotate(self, grant: Grant) -> Grant:
        """Replace the grant's token pair. The old pair becomes invalid immediately."""
        grant.access_token = secrets.token_urlsafe(32)
        grant.refresh_token = secrets.token_urlsafe(32) if OFFLINE in grant.scopes else ""
        grant.expires_at = time.monotonic() + self.token_seconds
        return grant

    def by_refresh_token(self, token: str) -> Grant | None:
        """Return the grant with this refresh token."""
        return next((grant for grant in self._grants if token and grant.refresh_token == token), None)

    def by_access_token(self, token: str) -> Grant | None:
        """Return the grant with this access token, unless the token has expired."""
        grant = next((grant for grant in self._grants if token and grant.access_token == token), None)
        return grant if grant and grant.expires_at > time.monotonic() else None

    def of(self, athlete_id: int) -> list[Grant]:
        """Return an athlete's grants."""
        return [grant for grant in self._grants if grant.athlete_id == athlete_id]

    def revoke(self, athlete_id: int) -> None:
        """Delete an athlete's grants."""
        self._grants = [grant for grant in self._grants if grant.athlete_id != athlete_id]

    def expire(self, athlete_id: int) -> None:
        """Expire an athlete's access tokens."""
        for grant in self._grants:
            if grant.athlete_id == athlete_id:
                grant.expires_at = 0.0
