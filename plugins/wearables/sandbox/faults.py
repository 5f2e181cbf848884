"""Faults to order: what the next answers of the sandbox shall suffer."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "status",  # answer `status`, 500 if not told, with a page of HTML
    "malformed",  # JSON that breaks off, well-formed HTTP
    "truncated",  # fewer bytes than the header promises
    "disconnect",  # hang up without a body; at the token endpoint after the tokens have been rotated
    "slow",  # answer after `seconds`
    "repeat_token",  # the same next_token again and again
    "empty",  # 200 without a body
    "rate_limited",  # 429, to be repeated after `seconds`
    "rate_limited_bare",  # 429 that tells nothing
]
KINDS = get_args(Kind)
TOKEN = "token"  # noqa: S105 - the endpoint, where a collection's name stands otherwise


@dataclass
class Fault:
    """One order; None stands for any athlete, any collection."""

    kind: Kind
    times: int = 1
    athlete_id: int | None = None
    collection: str | None = None
    status: int = 500
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")

    def concerns(self, athlete_id: int | None, collection: str) -> bool:
        """Whether it is meant for this answer."""
        is_athlete = self.athlete_id in (None, athlete_id)
        # The token endpoint fails only when it is named.
        is_place = self.collection == collection or (self.collection is None and collection != TOKEN)
        return self.times > 0 and is_athlete and is_place
