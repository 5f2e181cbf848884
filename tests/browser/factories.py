"""Fill the warehouse of the browser tests with a team's season, by a pull and some imports.

Run as a program, because it needs the stack's environment: ``python -m tests.browser.factories``.
"""

import os
import tempfile
from pathlib import Path

from tests.factories import Team
from tests.whoop_export.steps import Importer
from wearables.athletes.roster import load_roster
from wearables.core.warehouse import transaction, warehouse
from wearables_dev.sandbox import World, running
from wearables_dev.sandbox.export import export

NAME = "city"
SETTINGS = "timezone: UTC\nsurvey_questions: ['Feeling sick or ill?', 'Have any alcoholic drinks?']\n"
POSITIONS = ("goalkeeper", "defender", "midfielder", "forward")


def fill() -> None:
    """Create twelve athletes in two squads with 120 days of data; six of them also import an export."""
    (Path(os.environ["WEARABLES_INTEGRATIONS"]) / f"{NAME}.yaml").write_text(SETTINGS)
    with running(World(athletes=12, days=120, per_minute=100_000, per_day=100_000)) as world:
        host = world.url.replace(":", "%3A").replace("/", "%2F")
        os.environ["AIRFLOW_CONN_CITY"] = f"whoop://{world.client_id}:{world.client_secret}@{host}"
        team = Team(world, warehouse(), NAME)
        team.enrol()
        team.pull(**team.all_days())
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder, "roster.csv")
        roster.write_text("athlete_id,external_id,squad,position\n" + "".join(_roster_lines(team.athlete_ids)))
        with transaction(warehouse()) as connection:
            load_roster(connection, NAME, roster)
        for athlete_id in team.athlete_ids[:6]:
            Importer(team, Path(folder)).run(export(world, athlete_id), athlete_id)


def _roster_lines(athlete_ids: list[int]) -> list[str]:
    return [
        f"{athlete_id},P{number:02},{'first team' if number % 3 else 'under 21'},{POSITIONS[number % 4]}\n"
        for number, athlete_id in enumerate(athlete_ids)
    ]


if __name__ == "__main__":
    fill()
