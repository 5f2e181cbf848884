"""TCP ports on this machine."""

import socket

from wearables.core.errors import PermanentError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that is currently free."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_taken(port: int) -> bool:
    """Return whether a program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def require_free(port: int, owner: str, setting: str) -> None:
    """Raise PermanentError if another program listens on the port."""
    if is_taken(port):
        raise PermanentError(
            f"Port {port} for {owner} is in use. Stop the program that uses it, or choose another port with {setting}."
        )
