"""Encryption of token pairs at rest: Fernet, with keys that can be rotated."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Row

from wearables.core.errors import PermanentError
from wearables.core.settings import grant_keys
from wearables.whoop.oauth import TokenPair


def cipher() -> MultiFernet:
    """The cipher of ``WEARABLES_GRANT_KEYS``: the first key encrypts, every key decrypts."""
    keys = grant_keys()
    if not keys:
        raise PermanentError("WEARABLES_GRANT_KEYS is not set; give it a Fernet key (`make install` makes one).")
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        raise PermanentError("WEARABLES_GRANT_KEYS holds something that is no Fernet key; correct it.") from None


def encrypted(pair: TokenPair) -> dict[str, object]:
    """The columns of a stored pair."""
    fernet = cipher()
    return {
        "access_token": fernet.encrypt(pair.access_token.encode()),
        "refresh_token": fernet.encrypt(pair.refresh_token.encode()),
        "expires_at": pair.expires_at,
        "scopes": pair.scopes,
    }


def decrypted(row: Row) -> TokenPair:
    """The pair of a stored row. Raises PermanentError when no key fits."""
    fernet = cipher()
    try:
        return TokenPair(
            access_token=fernet.decrypt(bytes(row.access_token)).decode(),
            refresh_token=fernet.decrypt(bytes(row.refresh_token)).decode(),
            expires_at=row.expires_at,
            scopes=row.scopes,
        )
    except InvalidToken:
        raise PermanentError(
            "No key in WEARABLES_GRANT_KEYS decrypts the stored grants; add the key they were saved with."
        ) from None
