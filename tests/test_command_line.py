"""The command line: exit code 0, or 1 with one line on stderr."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess]


@pytest.fixture
def run() -> Run:
    """Runs ``python -m wearables`` with these words."""

    def wearables(*words: str, stdin: str = "") -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "wearables", *words]
        return subprocess.run(
            command, input=stdin, env=os.environ, capture_output=True, text=True, check=False, timeout=100
        )

    return wearables


def refused(done: subprocess.CompletedProcess) -> str:
    """The one line of a refusal."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


def test_an_athlete_is_enrolled_listed_and_validated(team: Any, run: Run) -> None:
    squad = team(enrol=False, athletes=2, days=3)
    first, second = squad.world.squad
    token = squad.world.consent(second).refresh_token
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


def test_a_used_refresh_token_is_refused(team: Any, run: Run) -> None:
    squad = team(enrol=False, athletes=1, days=3)
    token = squad.world.consent(next(iter(squad.world.squad))).refresh_token
    assert run("enroll", "team", "--refresh-token", "-", stdin=token).returncode == 0
    told = refused(run("enroll", "team", "--refresh-token", "-", stdin=token))
    assert "consent" in told
    assert token not in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("enroll", "team", "--refresh-token", "-"), "No refresh token was given"),
        (("athletes", "nosuch"), "nosuch"),
        (("athletes", "../../etc/passwd"), "passwd"),
        (("validate", "team"), "No athlete is enrolled"),
        (("validate",), "INTEGRATION"),
        (("nosuch",), "nosuch"),
        (("athletes", "team", "--nosuch"), "--nosuch"),
    ],
)
def test_a_mistake_is_refused_in_one_line(team: Any, run: Run, words: tuple[str, ...], sentence: str) -> None:
    team(enrol=False, athletes=1, days=3)
    assert sentence in refused(run(*words))


def test_migrate_is_safe_to_repeat(warehouse_engine: Any, run: Run) -> None:
    assert run("migrate").stdout.strip() == "The warehouse is up to date."


def test_a_taken_port_is_reported_by_the_sandbox(team: Any, run: Run) -> None:
    port = team(enrol=False, athletes=1, days=3).world.url.rpartition(":")[2]
    assert f"Port {port}, meant for the sandbox, is taken" in refused(run("sandbox", "--port", port))
