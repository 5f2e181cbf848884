"""What makes a link an invite: a random token, signed; and the form tokens bound to it.

The keys are those of the grants: whoever may enrol has them, command line and api-server alike, and they can be
rotated. Airflow's own secret will not do: left alone it is another one in each process.
"""

import hashlib
import secrets

from itsdangerous import BadSignature, Signer

from wearables.core.errors import PermanentError
from wearables.core.settings import grant_keys

BYTES = 32


def new_secret() -> str:
    """Something nobody can guess, safe in an address and in a cookie."""
    return secrets.token_urlsafe(BYTES)


def fingerprint(secret: str) -> str:
    """What may be stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_invite(token: str) -> str:
    """The last part of the address of an invite."""
    return _signer("invite").sign(token).decode()


def read_invite(signed: str) -> str | None:
    """The token of an invite; None when nobody here has signed it."""
    try:
        return _signer("invite").unsign(signed).decode()
    except (BadSignature, UnicodeError):
        return None


def form_token(browser: str, signed: str) -> str:
    """Proves that a form was sent from our page, in this browser, about this invite."""
    return _signer("form").get_signature(f"{browser} {signed}").decode()


def is_form_token(browser: str, signed: str, token: str) -> bool:
    """Whether ``form_token`` gave it."""
    return _signer("form").verify_signature(f"{browser} {signed}", token.encode())


def _signer(purpose: str) -> Signer:
    keys = grant_keys()
    if not keys:
        raise PermanentError("WEARABLES_GRANT_KEYS is not set; give it a Fernet key (`make install` makes one).")
    # The last key signs, every key verifies.
    return Signer(keys[::-1], salt=f"wearables.{purpose}", key_derivation="hmac", digest_method=hashlib.sha256)
