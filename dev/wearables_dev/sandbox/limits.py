"""An app's request limits per minute and per day, as WHOOP counts them."""

import time
from dataclasses import dataclass

MINUTE, DAY = 60, 86_400


@dataclass
class _Period:
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
    """Count requests and report the limits in headers."""

    def __init__(self, per_minute: int, per_day: int) -> None:
        self._periods = [_Period(per_minute, MINUTE), _Period(per_day, DAY)]

    def spend(self) -> bool:
        """Count a request. Return False if it exceeds a limit."""
        now = time.monotonic()
        for period in self._periods:
            period.renew(now)
        allowed = all(period.left for period in self._periods)
        for period in self._periods:
            period.used += allowed
        return allowed

    def headers(self) -> dict[str, str]:
        """Return the X-RateLimit headers. They describe the period closest to its limit, and list all periods."""
        closest = min(self._periods, key=lambda period: period.left)
        policy = ", ".join(f"{period.limit};window={period.seconds}" for period in self._periods)
        return {
            "X-RateLimit-Limit": f"{closest.limit}, {policy}",
            "X-RateLimit-Remaining": str(closest.left),
            "X-RateLimit-Reset": str(max(1, round(closest.ends_at - time.monotonic()))),
        }
