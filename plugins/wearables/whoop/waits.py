"""Waits that end when a task fails: a thread that waits for the request budget must not keep the task alive."""

import threading


class Interrupted(Exception):
    """A wait was ended early because the task has failed."""


class Waits:
    """The waits of all threads of a task."""

    def __init__(self) -> None:
        self._is_over = threading.Event()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises Interrupted if ``interrupt`` has been called, or is called meanwhile."""
        if self._is_over.wait(seconds):
            raise Interrupted

    def interrupt(self) -> None:
        """End all current waits, and make later ones end at once."""
        self._is_over.set()
