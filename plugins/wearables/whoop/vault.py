"""Encryption of token pairs and codes at rest: Fernet with rotating keys."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Row

from wearables.core.errors import PermanentError
from wearables.core.settings import grant_keys
from wearables.whoop.oauth import TokenPair


def cipher() -> MultiFernet:
    """Return the cipher of ``WEARABLES_GRANT_KEYS``: the first key encrypts, every key decrypts.

    Raises PermanentError if a key is missing or invalid.
    """
    return MultiFernet([Fernet(key) for key in grant_keys()])


def encrypted(pair: TokenPair) -> dict[str, object]:
    """Return a token pair as the columns of a stored grant."""
    fernet = cipher()
    return {
        "access_token": fernet.encrypt(pair.access_token.encode()),
        "refresh_token": fernet.encrypt(pair.refresh_token.encode()),
        "expires_at": pair.expires_at,
        "scopes": pair.scopes,
    }


def decrypted(row: Row) -> TokenPair:
    """Return the token pair of a stored grant. Raises PermanentError if no key decrypts it."""
    return TokenPair(
        access_token=decrypt(row.access_token),
        refresh_token=decrypt(row.refresh_token),
        expires_at=row.expires_at,
        scopes=row.scopes,
    )


def encrypt(secret: str) -> bytes:
    """Encrypt a secret with the first key."""
    return cipher().encrypt(secret.encode())


def decrypt(stored: bytes | memoryview) -> str:
    """Return a stored secret. Raises PermanentError if no key decrypts it."""
    try:
        return cipher().decrypt(bytes(stored)).decode()
    except InvalidToken:
        raise PermanentError(
            "No key in WEARABLES_GRANT_KEYS decrypts the stored grants. Add the key that encrypted them."
        ) from None
