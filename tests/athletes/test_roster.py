"""A roster is loaded completely, or rejected as a whole with the invalid lines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from wearables.athletes.roster import LoadedRoster, load_roster
from wearables.cli.athletes import roster
from wearables.core.errors import PermanentError
from wearables.core.warehouse import transaction

SHOWN = "select athlete_id, external_id, squad, position from analytics.athletes order by 1"
ONE, TWO, THREE = 4300000001, 4300000002, 4300000003


@pytest.fixture
def load(make_team: Callable[..., Any], tmp_path: Path) -> Any:
    team = make_team(athletes=3, days=2)

    def load(text: str, encoding: str = "utf-8") -> LoadedRoster:
        path = tmp_path / "team.roster.csv"
        path.write_text(text, encoding=encoding)
        with transaction(team.engine) as connection:
            return load_roster(connection, "team", path)

    load.team = team  # type: ignore[attr-defined]
    return load


def test_a_roster_replaces_the_older_one_completely(load: Any) -> None:
    loaded = load(f"athlete_id,external_id,squad,position\n{ONE},E1,first,wing\n{TWO},E2,first,\n")
    assert loaded == LoadedRoster(2, [THREE])
    assert load.team.rows(SHOWN) == [
        (ONE, "E1", "first", "wing"),
        (TWO, "E2", "first", None),
        (THREE, None, None, None),
    ]
    # Two athletes swap their ids. Columns may come in any order, and all but the key are optional.
    load(f"external_id,athlete_id\nE2,{ONE}\nE1,{TWO}\n")
    assert load.team.rows(SHOWN) == [(ONE, "E2", None, None), (TWO, "E1", None, None), (THREE, None, None, None)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"athlete_id;squad\r\n{ONE};first\r\n\r\n", "utf-8-sig"),
        (f"Athlete_ID\tSquad\n {ONE} \t first \n", "utf-8"),
    ],
)
def test_the_formats_that_spreadsheets_save_are_read(load: Any, text: str, encoding: str) -> None:
    assert load(text, encoding).athletes == 1
    assert load.team.rows(SHOWN)[0] == (ONE, None, "first", None)


def test_unknown_duplicate_and_missing_ids_are_reported_by_line_and_nothing_is_loaded(load: Any) -> None:
    load(f"athlete_id,squad\n{ONE},first\n")
    before = load.team.rows(SHOWN)
    lines = [
        f"{TWO},A,second",
        "7,B,second",
        f"{TWO},C,second",
        ",D,second",
        f"{THREE},A,second",
        "x,,",
        f"{'9' * 40},,",
    ]
    with pytest.raises(PermanentError) as error:
        load("athlete_id,external_id,squad\n" + "\n".join(lines))
    assert str(error.value) == (
        "team.roster.csv: line 3: 7 is not enrolled in team; "
        f"line 4: athlete_id {TWO} is already on line 2; "
        "line 5: athlete_id is missing; "
        "line 6: external_id A is already on line 2; "
        "line 7: x is not enrolled in team; "
        f"line 8: {'9' * 40} is not enrolled in team. Nothing was loaded."
    )
    assert load.team.rows(SHOWN) == before


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: the columns must be athlete_id and any of external_id, squad, position, each once. Found: none."),
        ("athlete_id,postion\n", "Found: athlete_id, postion."),
        ("squad\nfirst\n", "Found: squad."),
        ("athlete_id,squad,squad\n", "Found: athlete_id, squad, squad."),
        (f"athlete_id,squad\n{ONE}\n{TWO},a,b\n", "line 2: 1 values instead of 2; line 3: 3 values instead of 2."),
        (f'athlete_id,squad\n{ONE},"first\n', "line 2: unexpected end of data."),
    ],
)
def test_an_invalid_roster_is_rejected(load: Any, text: str, reason: str) -> None:
    with pytest.raises(PermanentError) as error:
        load(text)
    assert str(error.value).endswith(reason)


def test_the_command_reads_the_file_next_to_the_integration(load: Any, tmp_path: Path) -> None:
    (tmp_path / "team.roster.csv").write_text(f"athlete_id,squad\n{TWO},second\n")
    done = CliRunner().invoke(roster, ["team"])
    assert (
        done.output == f"Loaded 1 athletes from the roster of team.\nEnrolled, but not on the roster: {ONE}, {THREE}.\n"
    )
    assert load.team.rows(SHOWN)[1] == (TWO, None, "second", None)
    with pytest.raises(PermanentError, match=r"none\.csv: cannot be read: No such file or directory\."):
        CliRunner().invoke(roster, ["team", "none.csv"], catch_exceptions=False)
