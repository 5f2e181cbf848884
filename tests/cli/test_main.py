"""The command line exits with 0, or with 1 and one line on stderr."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def run() -> Run:
    """Run ``python -m wearables`` with these arguments."""

    def wearables(*words: str, stdin: str = "") -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "wearables", *words]
        return subprocess.run(
            command, input=stdin, env=os.environ, capture_output=True, text=True, check=False, timeout=100
        )

    return wearables


def error_of(done: subprocess.CompletedProcess) -> str:
    """Return the one line on stderr of a failed command."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_an_athlete_is_enrolled_listed_and_validated(make_team: Any, run: Run) -> None:
    team = make_team(enrol=False, athletes=2, days=3)
    first, second = team.world.athletes
    token = team.world.consent(second).refresh_token
    enrolled = run("enroll", "team", "--refresh-token", "-", stdin=token + "\n")
    assert (enrolled.returncode, enrolled.stderr) == (0, "")
    assert f"Enrolled athlete {second} (Blair Bråtveit-Núñez) in team." in enrolled.stdout
    listed = run("athletes", "team")
    assert f"{second}  active" in listed.stdout
    assert str(first) not in listed.stdout
    validated = run("validate", "team")
    assert (validated.returncode, validated.stderr) == (0, "")
    for done in (enrolled, listed, validated):
        assert token not in done.stdout + done.stderr


def test_a_used_refresh_token_is_rejected(make_team: Any, run: Run) -> None:
    team = make_team(enrol=False, athletes=1, days=3)
    token = team.world.consent(next(iter(team.world.athletes))).refresh_token
    assert run("enroll", "team", "--refresh-token", "-", stdin=token).returncode == 0
    error = error_of(run("enroll", "team", "--refresh-token", "-", stdin=token))
    assert "consent" in error
    assert token not in error


def test_an_invitation_is_a_link_on_its_own_line(make_team: Any, run: Run) -> None:
    team = make_team(enrol=False, athletes=1, days=3)
    made = run("enroll", "team", "--invite")
    assert made.returncode == 0, made.stderr
    assert re.fullmatch(r"http://localhost:8080/consent/[\w.-]+\n", made.stdout)
    assert "One athlete can use this link, once, until" in made.stderr
    assert team.rows("select integration, athlete_id, created_by like '%%(command line)' from vault.invites") == [
        ("team", None, True)
    ]


def test_an_athlete_is_offboarded_and_erased_with_a_receipt(make_team: Any, run: Run) -> None:
    team = make_team(athletes=2, days=3)
    first, second = map(str, team.athlete_ids)
    team.pull(**team.all_days())
    records = team.rows("select count(*) from raw.records where athlete_id = %s", team.athlete_ids[1])[0][0]
    left = run("offboard", "team", first)
    assert (left.returncode, left.stderr) == (0, "")
    assert left.stdout == f"Offboarded athlete {first} from team: WHOOP confirmed the revocation.\n"
    assert f"{first}  offboarded" in run("athletes", "team").stdout
    erased = run("offboard", "team", second, "--erase")
    assert (erased.returncode, erased.stderr) == (0, "")
    assert re.search(rf"^ +{records}  rows of raw\.records$", erased.stdout, re.MULTILINE)
    assert re.search(r"^ +\d+  files in the landing zone$", erased.stdout, re.MULTILINE)
    assert second not in run("athletes", "team").stdout
    error = error_of(run("enroll", "team", "--refresh-token", "-", stdin=team.world.consent(int(second)).refresh_token))
    assert "was erased" in error
    assert "--invite" in error


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("enroll", "team"), "either --invite or --refresh-token"),
        (("enroll", "team", "--invite", "--refresh-token", "-"), "either --invite or --refresh-token"),
        (("enroll", "team", "--refresh-token", "-", "--athlete", "1"), "--athlete can only be used with --invite"),
        (("enroll", "team", "--invite", "--athlete", "1"), "Unknown athlete 1"),
        (("offboard", "team", "1"), "Unknown athlete 1"),
        (("offboard", "team", "anna"), "anna"),
        (("offboard", "nosuch", "1", "--erase"), "nosuch"),
        (("enroll", "team", "--refresh-token", "-"), "No refresh token was given"),
        (("athletes", "nosuch"), "nosuch"),
        (("athletes", "../../etc/passwd"), "passwd"),
        (("validate", "team"), "No athlete is enrolled"),
        (("validate",), "INTEGRATION"),
        (("nosuch",), "nosuch"),
        (("athletes", "team", "--nosuch"), "--nosuch"),
    ],
)
def test_a_mistake_is_reported_in_one_line(make_team: Any, run: Run, words: tuple[str, ...], sentence: str) -> None:
    make_team(enrol=False, athletes=1, days=3)
    assert sentence in error_of(run(*words))


def test_a_pool_that_does_not_exist_is_rejected(make_team: Any, run: Run, airflow_database: None) -> None:
    make_team({"pool": "nope"}, athletes=1, days=3)
    assert 'Airflow has no pool "nope", which team uses.' in error_of(run("validate", "team"))


def test_a_command_for_an_invalid_file_names_the_file_the_key_and_the_reason(
    make_team: Any, run: Run, tmp_path: Path
) -> None:
    make_team(enrol=False, athletes=1, days=3)
    (tmp_path / "broken.yaml").write_text("timezone: Europe/Londn")
    (tmp_path / "other.yaml").write_text("colour: red")
    for words in (("validate",), ("athletes",), ("enroll", "--invite"), ("offboard", "1"), ("roster",)):
        error = error_of(run(words[0], "broken", *words[1:]))
        assert error.startswith('broken.yaml: timezone: "Europe/Londn" is not an IANA time zone.'), words


def test_migrate_is_safe_to_repeat(warehouse_engine: Any, run: Run) -> None:
    assert run("migrate").stdout.strip() == "The warehouse is up to date."


def test_a_taken_port_is_reported_by_the_sandbox(make_team: Any, run: Run) -> None:
    port = make_team(enrol=False, athletes=1, days=3).world.url.rpartition(":")[2]
    assert f"Port {port} for the sandbox is in use." in error_of(run("sandbox", "--port", port))
