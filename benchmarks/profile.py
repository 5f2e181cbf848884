"""Print the seconds of every step of a pull and of its SQL files: python -m benchmarks.profile ATHLETES DAYS

It pulls several times into an empty warehouse and prints the fastest pull.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from benchmarks.result import seconds
from benchmarks.setup import empty, enrol, fresh_warehouse, plan, prepare_environment, run_step, sandbox

PULLS = 3
Times = dict[str, list[float]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.profile")
    parser.add_argument("athletes", type=int)
    parser.add_argument("days", type=int)
    arguments = parser.parse_args()
    prepare_environment()
    statements: Times = defaultdict(list)
    _time_sql(statements)
    pulls = []
    with fresh_warehouse() as engine, sandbox(arguments.athletes, arguments.days) as url:
        enrol(url)
        for _ in range(PULLS):
            empty(engine)
            statements.clear()
            pulls.append((_pull(arguments.days), dict(statements)))
    steps, sql = min(pulls, key=lambda pull: sum(pull[0].values()))
    print(*(f"{step} {taken:.3f}" for step, taken in steps.items()), f"total {sum(steps.values()):.3f}", sep=", ")
    for name, times in sorted(sql.items(), key=lambda item: -sum(item[1])):
        print(f"{sum(times):8.3f} s {len(times):6} x {name}")


def _time_sql(statements: Times) -> None:
    """Record the seconds of each SQL file and each COPY. Call this before another module imports these functions."""
    from wearables.core import warehouse

    def timed(function: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
        def measured(*arguments: Any, **parameters: Any) -> Any:
            started = perf_counter()
            try:
                return function(*arguments, **parameters)
            finally:
                statements[name(*arguments)].append(perf_counter() - started)

        return measured

    warehouse.run_sql = timed(warehouse.run_sql, lambda _, name: name)
    # Includes reading and parsing the landing files, which COPY asks for line by line.
    warehouse.copy_lines = timed(warehouse.copy_lines, lambda *_: "COPY")


def _pull(days: int) -> dict[str, float]:
    """Pull. Return the seconds of each step."""
    planned: list[Any] = []
    steps = {"validate": seconds(lambda: planned.extend(plan(days))), "extract": 0.0, "stage": 0.0}
    integration, run_id, batches = planned
    for batch in batches:
        for step in ("extract", "stage"):
            steps[step] += seconds(partial(run_step, step, integration, run_id, [batch]))
    return steps | {"transform": seconds(partial(run_step, "transform", integration, run_id, batches))}


if __name__ == "__main__":
    main()
