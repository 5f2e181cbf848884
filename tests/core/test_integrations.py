"""Integration files: their keys and defaults, and the errors for invalid files."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import ANY_VALUE, REPRODUCIBLE, SQL_INJECTION
from wearables.core.errors import PermanentError
from wearables.core.integrations import (
    Integration,
    load_integration,
    load_integrations,
    problems,
    read_integration,
)
from wearables.core.sources import SOURCES

KEYS = st.sampled_from([*Integration.model_fields, "unknown", ""])
HOSTILE_FILES = {
    "a Python object": "!!python/object/apply:os.system ['true']",
    "a billion laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ncollections: *c",
    "a tab": "\tschedule: x",
    "a control character": "schedule: \x07",
    "two documents": "a: 1\n---\nb: 2",
    "a list": "- a",
    "a mapping as a key": "? {a: 1}\n: 2",
    "SQL as a connection": f'connection: "{SQL_INJECTION}"',
    "SQL as a time zone": f'timezone: "{SQL_INJECTION}"',
    "a path as a time zone": "timezone: ../../../etc/passwd",
    "a megabyte of cron": "schedule: " + "* " * 500_000,
}


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_is_an_integration_with_every_default(tmp_path: Path) -> None:
    integration = read_integration(write(tmp_path, "team.yaml", ""))
    assert (integration.name, integration.connection, integration.schedule) == ("team", "team", "@daily")
    assert (integration.timezone, integration.start_date) == ("UTC", None)
    assert (integration.chunk_days, integration.lookback_days) == (20, 7)
    assert (integration.collections, integration.survey_questions) == (SOURCES["whoop"].collections, ())


def test_every_key_can_be_set(tmp_path: Path) -> None:
    text = """
connection: shared
schedule: "0 6 * * *"
timezone: Europe/Berlin
start_date: 2026-01-31
chunk_days: 28
lookback_days: 14
collections: [sleep, recovery]
survey_questions: ["Alcohol?"]
"""
    integration = read_integration(write(tmp_path, "team.yaml", text))
    assert integration.start_date == dt.date(2026, 1, 31)
    assert integration.collections == ("sleep", "recovery")
    assert integration.survey_questions == ("Alcohol?",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("colour: red", "colour: unknown key"),
        ("name: other", "name: unknown key"),
        ("chunk_days: 0", "chunk_days: .*greater than or equal to 1"),
        ("chunk_days: 29", "chunk_days: .*less than or equal to 28"),
        ("chunk_days: '7'", "chunk_days: .*valid integer"),
        ("chunk_days: true", "chunk_days: .*valid integer"),
        ("member_cap: 0", "member_cap: .*greater than or equal to 1"),
        ("lookback_days: -1", "lookback_days: .*greater than or equal to 0"),
        (
            "timezone: Europe/Bärlin",
            'timezone: "Europe/Bärlin" is not an IANA time zone. Use a name such as Europe/Berlin\\.',
        ),
        ("timezone: 3", "timezone: .*valid string"),
        ("schedule: every day", 'schedule: "every day" is not a schedule. Use a cron expression'),
        ("schedule: 0 0 30 2 *", 'schedule: "0 0 30 2 .*" is not a schedule. Use a cron expression'),
        ('pool: "a\\0b"', r'pool: "a\\x00b" contains a control character. Remove it\.'),
        ("start_date: 2026-13-01", r'start_date: "2026-13-01" is not a valid date. Use YYYY-MM-DD'),
        ("schedule: '@fortnightly'", 'schedule: "@fortnightly" is not a schedule. Use a cron expression'),
        (
            "start_date: yesterday",
            'start_date: "yesterday" is not a valid date. Use YYYY-MM-DD, for example 2026-03-01\\.',
        ),
        (
            "collections: [sleep, steps]",
            'collections: "steps" is not a collection. Use cycle, recovery, sleep, workout',
        ),
        ("source: oura", 'source: "oura" is not a known source. Use whoop'),
        ("source: 3", "source: .*valid string"),
        ("collections: []", "collections: .*at least 1 item"),
        ("collections: [sleep, sleep]", "collections: contains duplicates"),
        ("collections: sleep", "collections: .*valid tuple"),
        ("survey_questions: [3]", "survey_questions.0: .*valid string"),
        ("connection: ''", "connection: "),
        ("- a list", "must contain keys and values"),
        ("a: b: c", "is not valid YAML"),
        ("1: 2", "1: Keys should be strings"),
    ],
)
def test_an_invalid_file_is_rejected_with_file_key_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PermanentError, match=f"^bad.yaml: .*({reason})") as rejection:
        read_integration(write(tmp_path, "bad.yaml", text))
    assert "\n" not in str(rejection.value)


def test_a_file_name_that_is_not_a_valid_dag_id_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="the file name must consist of letters"):
        read_integration(write(tmp_path, "our team.yaml", ""))


def test_an_invalid_file_does_not_affect_other_integrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.yaml", "")
    write(tmp_path, "b.yaml", "colour: red")
    write(tmp_path, "c.yml", "")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    assert [integration.name for integration in load_integrations()] == ["a", "c"]
    (problem,) = problems()
    assert problem.startswith("b.yaml: colour: unknown key")


def test_an_unknown_name_is_rejected_with_the_names_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.yaml", "")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    with pytest.raises(PermanentError, match=r"There is no integration 'b'\. Existing integrations: a\. "):
        load_integration("b")


def assert_valid_or_rejected(path: Path) -> None:
    """Reading the file must return an Integration or raise a PermanentError of one line that names the file."""
    try:
        assert isinstance(read_integration(path), Integration)
    except PermanentError as rejection:
        assert str(rejection).startswith("team.yaml: ")
        assert "\n" not in str(rejection)


@REPRODUCIBLE
@given(content=st.dictionaries(KEYS, ANY_VALUE, max_size=6) | ANY_VALUE)
def test_any_yaml_is_an_integration_or_rejected(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8", errors="replace")
    assert_valid_or_rejected(path)


@REPRODUCIBLE
@given(content=st.binary(max_size=300))
def test_any_bytes_are_an_integration_or_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "team.yaml"
    path.write_bytes(content)
    assert_valid_or_rejected(path)


@pytest.mark.parametrize("content", HOSTILE_FILES)
def test_a_hostile_file_is_rejected_and_does_not_affect_other_integrations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "team.yaml").write_text(HOSTILE_FILES[content])
    (tmp_path / "valid.yaml").write_text("schedule: null")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    with pytest.raises(PermanentError, match=r"team\.yaml: "):
        load_integration("team")
    assert [each.name for each in load_integrations()] == ["valid"]
