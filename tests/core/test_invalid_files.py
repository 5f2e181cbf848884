"""An invalid integration file keeps its DAG and never affects another integration, whatever it contains."""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import REPRODUCIBLE
from wearables.core.errors import PermanentError
from wearables.core.integrations import (
    Integration,
    integration_files,
    integrations_to_declare,
    load_integration,
    load_integrations,
    problems,
)

MEGABYTE = 2**20
LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
# The content of a file, and the schedule and time zone that its DAG keeps.
INVALID: dict[str, tuple[str | bytes, tuple[str | None, str]]] = {
    "a typo in the time zone": ("schedule: 0 6 * * *\ntimezone: Europe/Londn", ("0 6 * * *", "UTC")),
    "an unknown key": ("schedule: 0 6 * * *\ntimezone: Europe/London\ncolour: red", ("0 6 * * *", "Europe/London")),
    "a wrong type": ("chunk_days: many\ntimezone: Asia/Tokyo", ("@daily", "Asia/Tokyo")),
    "an impossible date": ("start_date: 2026-13-01\nschedule: '@weekly'", ("@weekly", "UTC")),
    "an invalid schedule": ("schedule: every day\ntimezone: Asia/Tokyo", (None, "Asia/Tokyo")),
    "a day that never comes": ("schedule: 0 0 30 2 *", (None, "UTC")),
    "a disabled schedule": ("schedule: null\ncolour: red", (None, "UTC")),
    "not YAML": ("schedule: 0 6 * * *\ntimezone: Asia/Tokyo\ncollections: [sleep", ("0 6 * * *", "Asia/Tokyo")),
    "a tab": ("schedule: 0 6 * * *\n\tpool: x", ("0 6 * * *", "UTC")),
    "not UTF-8": ("schedule: 0 6 * * *\n# Bär".encode("latin-1"), ("0 6 * * *", "UTC")),
    "a list": ("- a", ("@daily", "UTC")),
    "a number with too many digits": (f"chunk_days: {'9' * 5000}", ("@daily", "UTC")),
    "a number that no page can show": (f"member_cap: {'9' * 400}", ("@daily", "UTC")),
    "a date that no time zone can show": ("start_date: 0001-01-01", ("@daily", "UTC")),
    "an invalid timestamp": ("start_date: !!timestamp soon", ("@daily", "UTC")),
    "an invalid boolean": ("pool: !!bool x", ("@daily", "UTC")),
    "an invalid integer": ("chunk_days: !!int ''", ("@daily", "UTC")),
    "a billion laughs": (f"{LAUGHS}start_date: *a39", ("@daily", "UTC")),
    "a value that contains itself": ("pool: &p [*p]", ("@daily", "UTC")),
    "60,000 brackets": ("pool: " + "[" * 60_000, ("@daily", "UTC")),
    "100 MB": (b"# " + b"x" * 100 * MEGABYTE, (None, "UTC")),
    "a NUL in the pool": ('pool: "a\\0b"', ("@daily", "UTC")),
    "a pool too long for Airflow": (f"pool: {'x' * 257}", ("@daily", "UTC")),
    "a surrogate as a key": ('"\\ud800": 1', ("@daily", "UTC")),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a folder with one valid file."""
    (tmp_path / "good.yaml").write_text("schedule: 0 5 * * *")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    return tmp_path


def declared() -> dict[str, tuple[Integration, str]]:
    return {integration.name: (integration, problem) for integration, problem in integrations_to_declare()}


def assert_only_team_is_invalid(problem: str) -> None:
    """``team`` must have a DAG and a one-line problem; ``good`` must be as if it were alone."""
    assert declared().keys() == {"good", "team"}
    assert declared()["good"] == (load_integration("good"), "")
    assert [each.name for each in load_integrations()] == ["good"]
    assert [integration.name for integration, _ in integrations_to_declare("good")] == ["good"]
    assert declared()["team"][1] == problem
    assert problems() == [problem]
    assert problem.startswith("team.y")
    assert problem.isprintable()
    assert len(problem.encode()) < 3000


@pytest.mark.parametrize("content", INVALID)
def test_an_invalid_file_keeps_its_dag_and_what_can_be_read_of_its_schedule(folder: Path, content: str) -> None:
    text, schedule = INVALID[content]
    (folder / "team.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(PermanentError) as rejection:
        load_integration("team")
    assert_only_team_is_invalid(str(rejection.value))
    integration, _ = declared()["team"]
    assert (integration.schedule, integration.timezone) == schedule


@pytest.mark.parametrize("kind", ["a folder", "a pipe", "a link to nothing", "a link to itself", "a device"])
def test_anything_but_a_regular_file_is_invalid_and_never_read(folder: Path, kind: str) -> None:
    path = folder / "team.yaml"
    {
        "a folder": path.mkdir,
        "a pipe": lambda: os.mkfifo(path),
        "a link to nothing": lambda: path.symlink_to("nothing"),
        "a link to itself": lambda: path.symlink_to(path),
        "a device": lambda: path.symlink_to("/dev/zero"),
    }[kind]()
    with pytest.raises(PermanentError, match=r"^team.yaml: this is not a readable file\.") as rejection:
        load_integration("team")
    assert_only_team_is_invalid(str(rejection.value))
    assert declared()["team"][0].schedule is None


def test_a_file_without_read_permission_is_invalid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "team.yaml").write_text("")
    opened = Path.open

    def deny(path: Path, *arguments: Any) -> Any:
        # The tests may run as root, who can read every file.
        if path.name == "team.yaml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    monkeypatch.setattr(Path, "open", deny)
    with pytest.raises(PermanentError, match=r"^team.yaml: .*Permission denied") as rejection:
        load_integration("team")
    assert_only_team_is_invalid(str(rejection.value))


def test_two_files_of_one_integration_are_both_named(folder: Path) -> None:
    (folder / "team.yaml").write_text("schedule: 0 6 * * *")
    (folder / "team.yml").write_text("schedule: 0 7 * * *")
    with pytest.raises(PermanentError, match=r"^team.yaml: there is also team.yml\. Delete one") as rejection:
        load_integration("team")
    assert_only_team_is_invalid(str(rejection.value))
    assert declared()["team"][0].schedule == "0 6 * * *"


def test_names_that_differ_only_in_case_are_refused_except_for_the_lower_case_one(folder: Path) -> None:
    (folder / "Good.yml").write_text("")
    with pytest.raises(PermanentError, match=r"^Good.yml: there is also good.yaml\. .* differ only in upper and lower"):
        load_integration("Good")
    assert load_integration("good").schedule == "0 5 * * *"
    assert declared()["good"][1] == ""


@pytest.mark.parametrize(
    "name", [".team.yaml", ".#team.yaml", "team.yaml~", "team.yaml.bak", "#team.yaml#", "team.yaml.swp", "README.md"]
)
def test_files_of_editors_are_ignored(folder: Path, name: str) -> None:
    (folder / name).symlink_to("nothing")
    assert [path.name for path in integration_files()] == ["good.yaml"]
    assert problems() == []


def test_a_file_whose_name_cannot_be_a_dag_is_reported_and_has_no_dag(folder: Path) -> None:
    (folder / "our team.yaml").write_text("")
    assert declared().keys() == {"good"}
    assert problems() == [
        "our team.yaml: the file name must consist of letters, digits, _ and -, and begin with a letter. "
        "Rename the file."
    ]


@REPRODUCIBLE
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace")))
def test_any_content_is_declared(tmp_path: Path, content: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
        (tmp_path / "team.yaml").write_bytes(b"schedule: 0 6 * * *\n" + content)
        assert declared().keys() == {"team"}
