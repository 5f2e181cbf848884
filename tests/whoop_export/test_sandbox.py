"""The sandbox serves an export for each athlete, in WHOOP's format."""

from collections.abc import Callable
from typing import Any

import requests

from tests.whoop_export.steps import CYCLES_HEADER, JOURNAL_HEADER, SLEEPS_HEADER, WORKOUTS_HEADER, unpack

GPS = "Distance (meters),Altitude gain (meters),Altitude change (meters)"


def test_each_athlete_has_an_export_in_whoops_format(sandbox: Callable[..., Any]) -> None:
    world = sandbox(athletes=2, days=20)
    found = []
    for athlete_id in world.athletes:
        answer = requests.get(f"{world.url}/sandbox/athletes/{athlete_id}/export", timeout=30)
        assert answer.headers["content-type"] == "application/zip"
        found.append(unpack(answer.content))
    for files in found:
        assert {name: text.splitlines()[0] for name, text in files.items()} == {
            "physiological_cycles.csv": CYCLES_HEADER,
            "sleeps.csv": SLEEPS_HEADER,
            "workouts.csv": WORKOUTS_HEADER,
            "journal_entries.csv": JOURNAL_HEADER,
        }
        starts = [line.split(",")[0] for line in files["physiological_cycles.csv"].splitlines()[1:]]
        assert starts == sorted(starts, reverse=True)
        assert "\r" not in "".join(files.values())
    assert found[0] != found[1]


def test_an_export_can_have_the_columns_of_earlier_years(sandbox: Callable[..., Any]) -> None:
    world = sandbox(athletes=1, days=20)
    (athlete_id,) = world.athletes
    answer = requests.get(f"{world.url}/sandbox/athletes/{athlete_id}/export?gps=true", timeout=30)
    assert unpack(answer.content)["workouts.csv"].splitlines()[0] == f"{WORKOUTS_HEADER},{GPS}"


def test_an_unknown_athlete_has_no_export_and_the_request_does_not_count(sandbox: Callable[..., Any]) -> None:
    world = sandbox(athletes=1, days=2, per_minute=1)
    for _ in range(3):
        assert requests.get(f"{world.url}/sandbox/athletes/1/export", timeout=30).status_code == 404
    assert world.requests == []
