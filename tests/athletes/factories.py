"""A team with a history for the tests of offboarding and erasure, and what is stored about an athlete."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Make = Callable[..., Any]
TOMBSTONE = "ops.erased_athletes"


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


def tables_with(team: Any, athlete_id: int) -> set[str]:
    """Return the tables with a row that contains the id in any column."""
    tables = team.rows("""
        select namespaces.nspname || '.' || relations.relname
        from pg_class as relations
        inner join pg_namespace as namespaces on relations.relnamespace = namespaces.oid
        where relations.relkind in ('r', 'p', 'm')
        and namespaces.nspname !~ '^pg_' and namespaces.nspname <> 'information_schema'
    """)
    return {
        table
        for (table,) in tables
        if team.rows(f"select 1 from {table} as each where each::text like %s limit 1", f"%{athlete_id}%")
    }


def landed(folder: Path, athlete_id: int) -> list[Path]:
    """Return the files and folders whose path contains the athlete's id."""
    return sorted(path for path in folder.rglob("*") if str(athlete_id) in path.parts)
