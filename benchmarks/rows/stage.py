"""Compare staging with the least that it requires: COPY into a temporary table and one upsert."""

from benchmarks.landed import bare_upserts, land_workouts, stage_workouts
from benchmarks.result import Row, in_turn
from benchmarks.setup import empty, fresh_warehouse

NEW_TARGET, UNCHANGED_TARGET = 1.3, 2.0


def run(quick: bool) -> list[Row]:
    """Measure new records, and then the same records again."""
    records = 20_000 if quick else 200_000
    with fresh_warehouse() as engine:
        paths = land_workouts(records)

        def new() -> float:
            empty(engine)
            return stage_workouts(engine, paths, "new")

        bare_seconds, new_seconds, again_seconds = in_turn(
            lambda: bare_upserts(engine, [paths]), new, lambda: stage_workouts(engine, paths, "again")
        )
    return [
        Row(
            f"stage: {records:,} new records",
            "COPY and one upsert of the same rows, same indexes",
            f"<= {NEW_TARGET}",
            f"{new_seconds / bare_seconds:.2f} ({records / new_seconds:,.0f} records/s)",
            new_seconds / bare_seconds <= NEW_TARGET,
        ),
        Row(
            f"stage: {records:,} unchanged records",
            "staging them as new",
            f">= {UNCHANGED_TARGET} times as fast",
            f"{new_seconds / again_seconds:.2f}",
            new_seconds / again_seconds >= UNCHANGED_TARGET,
        ),
    ]
