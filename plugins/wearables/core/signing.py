"""Signed tokens: invitation links, OAuth states, and the CSRF tokens of every form.

The signing keys are the grant keys. The command line and the API server share them, and they can be rotated. Airflow's
own secret key does not work: unless it is configured, each process generates its own.
"""

import hashlib
import secrets

from itsdangerous import BadSignature, Signer

from wearables.core.settings import grant_keys

SECRET_BYTES = 32


def new_secret() -> str:
    """Return a random secret that is safe in URLs and cookies."""
    return secrets.token_urlsafe(SECRET_BYTES)


def fingerprint(secret: str) -> str:
    """Return the hash of a secret: unlike the secret, it may be stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sign_invite(token: str) -> str:
    """Return the signed token for the end of an invitation's URL."""
    return _signer("invite").sign(token).decode()


def read_invite(signed: str) -> str | None:
    """Return the token of a signed invitation, or None if the signature is not valid."""
    try:
        return _signer("invite").unsign(signed).decode()
    except (BadSignature, UnicodeError):
        return None


def new_state() -> str:
    """Return a new OAuth state: a signed secret, so that a made-up one is recognised without the warehouse."""
    return _signer("state").sign(new_secret()).decode()


def is_state(state: str) -> bool:
    """Return whether a state was issued by ``new_state``."""
    try:
        return _signer("state").validate(state)
    except UnicodeError:
        return False


def form_token(pages: str, browser: str, subject: str) -> str:
    """Return the CSRF token of a form.

    It is valid for one set of ``pages``, for the browser whose cookie holds the secret ``browser``, and for one
    ``subject``: an invitation, or the signed-in user.
    """
    return _signer(f"form.{pages}").get_signature(f"{browser}\n{subject}").decode()


def is_form_token(token: str, pages: str, browser: str, subject: str) -> bool:
    """Return whether a token was issued by ``form_token`` with these arguments."""
    return bool(browser) and _signer(f"form.{pages}").verify_signature(f"{browser}\n{subject}", token.encode())


def _signer(purpose: str) -> Signer:
    # itsdangerous signs with the last key and accepts every key.
    return Signer(grant_keys()[::-1], salt=f"wearables.{purpose}", key_derivation="hmac", digest_method=hashlib.sha256)
