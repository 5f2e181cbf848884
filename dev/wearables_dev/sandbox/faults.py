"""Faults that a test can schedule for the sandbox's next answers."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal[
    "status",  # answer with `status` (default 500) and an HTML page
    "json",  # answer with `status` and the JSON `body`
    "bare",  # answer with `status` and no body
    "malformed",  # send truncated JSON in a complete HTTP response
    "truncated",  # send fewer bytes than Content-Length announces
    "disconnect",  # hang up before the body; the token endpoint has rotated the tokens by then
    "slow",  # answer after `seconds`
    "repeat_token",  # return the same next_token again and again
    "empty",  # answer 200 without a body
    "rate_limited",  # answer 429 and ask for a retry after `seconds`
    "rate_limited_bare",  # answer 429 without rate limit headers
]
KINDS = get_args(Kind)
TOKEN = "token"  # noqa: S105 - the token endpoint; used like a collection's name


@dataclass
class Fault:
    """A scheduled fault for the next ``times`` answers. None means any athlete or any collection."""

    kind: Kind
    times: int = 1
    athlete_id: int | None = None
    collection: str | None = None
    status: int = 500
    seconds: float = 0.0
    body: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")

    def applies_to(self, athlete_id: int | None, collection: str) -> bool:
        """Return whether the fault applies to an answer for this athlete and collection."""
        is_athlete = self.athlete_id in (None, athlete_id)
        # The token endpoint fails only if the fault names it.
        is_collection = self.collection == collection or (self.collection is None and collection != TOKEN)
        return self.times > 0 and is_athlete and is_collection
