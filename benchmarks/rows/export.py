"""Import an athlete's export of five years: measure its duration, and compare its memory with that of one year."""

import json
import os
import tempfile
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.peak import peak_of
from benchmarks.result import Row, in_turn, seconds
from benchmarks.setup import NAME, empty, fresh_warehouse
from wearables.core.integrations import Integration, load_integration
from wearables.pipeline.check import check
from wearables.pipeline.transform import transform
from wearables.whoop_export.stage import stage
from wearables.whoop_export.validate import validate
from wearables_dev.sandbox import World
from wearables_dev.sandbox.export import QUESTIONS, export

YEAR = 365
YEARS = 5
TARGET_SECONDS, TARGET_MEMORY = 10.0, 1.10
ENROL = """
insert into ops.athletes (integration, athlete_id, first_name, last_name) values (%(name)s, %(athlete_id)s, '', '');
insert into vault.grants (integration, athlete_id, access_token, refresh_token, expires_at, scopes)
values (%(name)s, %(athlete_id)s, '', '', now(), '')
"""


def run(quick: bool) -> list[Row]:
    """Import an export of many days and one of few days, with every survey question enabled."""
    many = YEAR if quick else YEARS * YEAR
    few = many // YEARS
    _list_all_questions()
    with tempfile.TemporaryDirectory() as folder, fresh_warehouse() as engine:
        athlete_id, urls = _exports(Path(folder), few, many)
        with engine.begin() as connection:
            connection.exec_driver_sql(ENROL, {"name": NAME, "athlete_id": athlete_id})
        new_seconds, again_seconds = _durations(engine, athlete_id, urls[many])
        with engine.begin() as connection:
            rows = connection.exec_driver_sql("select count(*) from raw.records").scalar_one()
        peaks = [_peak(engine, athlete_id, urls[days]) for days in (few, many)]
    ratio = peaks[1] / peaks[0]
    return [
        Row(
            f"import of an export: {many:,} days, {rows:,} rows",
            "-",
            f"< {TARGET_SECONDS:.0f} s",
            f"{new_seconds:.1f} s",
            new_seconds < TARGET_SECONDS,
            f"all four steps, without Airflow; importing the same file again: {again_seconds:.1f} s",
        ),
        Row(
            f"peak memory of an import: {many:,} days",
            f"{few:,} days",
            f"<= {TARGET_MEMORY}",
            f"{ratio:.3f} ({peaks[0] // 1024} and {peaks[1] // 1024} MiB)",
            ratio <= TARGET_MEMORY,
        ),
    ]


def _list_all_questions() -> None:
    path = Path(os.environ["WEARABLES_INTEGRATIONS"]) / f"{NAME}.yaml"
    path.write_text(f"survey_questions: {json.dumps([question.strip() for question in QUESTIONS])}\n")


def _exports(folder: Path, *lengths: int) -> tuple[int, dict[int, str]]:
    urls = {}
    for days in lengths:
        world = World(athletes=1, days=days)
        (athlete_id,) = world.athletes
        path = folder / f"{days}.zip"
        path.write_bytes(export(world, athlete_id))
        urls[days] = path.as_uri()
    return athlete_id, urls


def _durations(engine: Engine, athlete_id: int, url: str) -> list[float]:
    """Return the seconds of the first import of a file, and of importing it again."""

    def new() -> float:
        empty(engine)
        return again()

    def again() -> float:
        return seconds(lambda: _import(athlete_id, url))

    return in_turn(new, again)


def _peak(engine: Engine, athlete_id: int, url: str) -> int:
    """Return the peak memory of importing a file, in KiB."""
    empty(engine)
    return peak_of(_import, athlete_id, url)


_runs = iter(range(10**6))


def _import(athlete_id: int, url: str) -> None:
    integration: Integration = load_integration(NAME)
    request = validate(NAME, athlete_id, url, f"run {next(_runs)}")
    stage(request)
    transform(integration, request.run_id)
    check(integration, request.run_id)
