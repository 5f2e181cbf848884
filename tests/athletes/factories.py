"""A team with a history for the tests of offboarding and erasure."""

from collections.abc import Callable
from typing import Any

Make = Callable[..., Any]


def pulled_team(make_team: Make, **traits: Any) -> Any:
    """Return a team whose whole history has been pulled, with rows in every table."""
    team = make_team(**{"athletes": 2, "days": 10} | traits)
    first = team.athlete_ids[0]
    team.world.patch(first, "cycle", team.world.records[first, "cycle"][3].id, {"score": {"strain": 12.5}})
    team.pull(**team.all_days())
    team.world.patch(first, "cycle", team.world.records[first, "cycle"][3].id, {"score": {"strain": 11.5}})
    team.world.delete(first, "workout", team.world.records[first, "workout"][2].id)
    team.pull(**team.all_days())
    return team
