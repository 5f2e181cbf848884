"""The request limit of an app, as WHOOP counts it: so many in a minute and in a day."""

import time
from dataclasses import dataclass

MINUTE, DAY = 60, 86_400


@dataclass
class _Window:
    limit: int
    seconds: int
    ends_at: float = 0.0
    used: int = 0

    def renew(self, now: float) -> None:
        if now >= self.ends_at:
            self.ends_at, self.used = now + self.seconds, 0

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


class Limits:
    """Counts requests; gives the headers that go with each answer."""

    def __init__(self, per_minute: int, per_day: int) -> None:
        self._windows = [_Window(per_minute, MINUTE), _Window(per_day, DAY)]

    def spend(self) -> bool:
        """Count a request; False when it is one too many."""
        now = time.monotonic()
        for window in self._windows:
            window.renew(now)
        allowed = all(window.left for window in self._windows)
        for window in self._windows:
            window.used += allowed
        return allowed

    def headers(self) -> dict[str, str]:
        """X-RateLimit-*: of the window that is closest to its limit, then of all."""
        closest = min(self._windows, key=lambda window: window.left)
        policy = ", ".join(f"{window.limit};window={window.seconds}" for window in self._windows)
        return {
            "X-RateLimit-Limit": f"{closest.limit}, {policy}",
            "X-RateLimit-Remaining": str(closest.left),
            "X-RateLimit-Reset": str(max(1, round(closest.ends_at - time.monotonic()))),
        }
