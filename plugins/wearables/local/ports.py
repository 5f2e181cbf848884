"""Ports of this machine."""

import socket

from wearables.core.errors import PermanentError

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def is_taken(port: int) -> bool:
    """Whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False


def refuse_taken(port: int, owner: str, variable: str) -> None:
    """Raises PermanentError when somebody listens on the port already."""
    if is_taken(port):
        raise PermanentError(
            f"Port {port}, meant for {owner}, is taken: free it, or choose another one with {variable}=."
        )
