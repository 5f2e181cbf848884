"""Fills the warehouse of the browser's stack with a squad's season, by the steps of a pull and of an import.

A program, for it wants the settings of the stack: ``python -m tests.browser.factories``.
"""

import os
import tempfile
from pathlib import Path

from tests.factories import Team
from tests.whoop_export.steps import Importer
from wearables.athletes.roster import load_roster
from wearables.core.warehouse import transaction, warehouse
from wearables.sandbox import World, running
from wearables.sandbox.export import export

NAME = "city"
FILE = "timezone: UTC\nsurvey_questions: ['Feeling sick or ill?', 'Have any alcoholic drinks?']\n"
POSITIONS = ("goalkeeper", "defender", "midfielder", "forward")


def fill() -> None:
    """Twelve athletes of two squads, 120 days; answers of one of them come by an export."""
    (Path(os.environ["WEARABLES_INTEGRATIONS"]) / f"{NAME}.yaml").write_text(FILE)
    with running(World(athletes=12, days=120, per_minute=100_000, per_day=100_000)) as world:
        host = world.url.replace(":", "%3A").replace("/", "%2F")
        os.environ["AIRFLOW_CONN_CITY"] = f"whoop://{world.client_id}:{world.client_secret}@{host}"
        squad = Team(world, warehouse(), NAME)
        squad.enrol()
        squad.pull(**squad.all_days())
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder, "roster.csv")
        roster.write_text("athlete_id,external_id,squad,position\n" + "".join(_lines(squad.athlete_ids)))
        with transaction(warehouse()) as connection:
            load_roster(connection, NAME, roster)
        for athlete_id in squad.athlete_ids[:6]:
            Importer(squad, Path(folder)).run(export(world, athlete_id), athlete_id)


def _lines(athlete_ids: list[int]) -> list[str]:
    return [
        f"{athlete_id},P{place:02},{'first team' if place % 3 else 'under 21'},{POSITIONS[place % 4]}\n"
        for place, athlete_id in enumerate(athlete_ids)
    ]


if __name__ == "__main__":
    fill()
