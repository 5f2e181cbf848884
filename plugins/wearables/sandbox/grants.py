"""Consent, tokens and their rotation, as WHOOP handles them."""

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


@dataclass
class Grant:
    """What an athlete allowed; one pair of tokens is good at a time."""

    athlete_id: int
    scopes: list[str]
    access_token: str = ""
    refresh_token: str = ""
    expires_at: float = 0.0


@dataclass
class Grants:
    """The grants and authorization codes of the app."""

    token_seconds: int
    _grants: list[Grant] = field(default_factory=list)
    _codes: dict[str, tuple[int, str, list[str]]] = field(default_factory=dict)

    def consent(self, athlete_id: int, scopes: list[str] | None = None) -> Grant:
        """A new grant; one that was there stays until its tokens are used up or revoked."""
        grant = Grant(athlete_id, list(scopes or SCOPES))
        self._grants.append(grant)
        return self.rotate(grant)

    def code(self, athlete_id: int, redirect_uri: str, scopes: list[str]) -> str:
        """An authorization code, good once."""
        code = secrets.token_urlsafe(24)
        self._codes[code] = (athlete_id, redirect_uri, scopes)
        return code

    def redeem(self, code: str, redirect_uri: str) -> Grant | None:
        """The grant a code stands for; None if it is not, or no longer, good."""
        athlete_id, known_uri, scopes = self._codes.pop(code, (0, "", []))
        return self.consent(athlete_id, scopes) if athlete_id and known_uri == redirect_uri else None

    def rotate(self, grant: Grant) -> Grant:
        """Give the grant a new pair; the old one is dead at once."""
        grant.access_token = secrets.token_urlsafe(32)
        grant.refresh_token = secrets.token_urlsafe(32) if OFFLINE in grant.scopes else ""
        grant.expires_at = time.monotonic() + self.token_seconds
        return grant

    def by_refresh_token(self, token: str) -> Grant | None:
        """The grant whose current refresh token this is."""
        return next((grant for grant in self._grants if token and grant.refresh_token == token), None)

    def by_access_token(self, token: str) -> Grant | None:
        """The grant whose current access token this is, unless it has expired."""
        grant = next((grant for grant in self._grants if token and grant.access_token == token), None)
        return grant if grant and grant.expires_at > time.monotonic() else None

    def of(self, athlete_id: int) -> list[Grant]:
        """The grants of an athlete."""
        return [grant for grant in self._grants if grant.athlete_id == athlete_id]

    def revoke(self, athlete_id: int) -> None:
        """Forget all grants of an athlete."""
        self._grants = [grant for grant in self._grants if grant.athlete_id != athlete_id]

    def expire(self, athlete_id: int) -> None:
        """Let the access tokens of an athlete expire now."""
        for grant in self._grants:
            if grant.athlete_id == athlete_id:
                grant.expires_at = 0.0
