"""Integration files: what they may hold, and what is said of a faulty one."""

import datetime as dt
from pathlib import Path

import pytest

from wearables.core.errors import PermanentError
from wearables.core.integrations import COLLECTIONS, load_integration, load_integrations, read_integration


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_empty_file_is_an_integration_with_every_default(tmp_path: Path) -> None:
    integration = read_integration(write(tmp_path, "team.yaml", ""))
    assert (integration.name, integration.connection, integration.schedule) == ("team", "team", "@daily")
    assert (integration.timezone, integration.start_date) == ("UTC", None)
    assert (integration.chunk_days, integration.lookback_days) == (20, 7)
    assert (integration.collections, integration.survey_questions) == (COLLECTIONS, ())


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
        ("schedule: '@fortnightly'", 'schedule: "@fortnightly" is not a schedule. Use a cron expression'),
        (
            "start_date: yesterday",
            'start_date: "yesterday" is not a valid date. Use YYYY-MM-DD, for example 2026-03-01\\.',
        ),
        ("collections: [sleep, steps]", "collections.1: .*'cycle', 'recovery', 'sleep' or 'workout'"),
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
def test_a_faulty_file_is_refused_with_file_key_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(PermanentError, match=f"^bad.yaml: .*({reason})") as refusal:
        read_integration(write(tmp_path, "bad.yaml", text))
    assert "\n" not in str(refusal.value)


def test_a_file_name_that_cannot_name_a_dag_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="the file name must consist of letters"):
        read_integration(write(tmp_path, "our team.yaml", ""))


def test_one_faulty_file_takes_no_other_integration_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, "a.yaml", "")
    write(tmp_path, "b.yaml", "colour: red")
    write(tmp_path, "c.yml", "")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    assert [integration.name for integration in load_integrations()] == ["a", "c"]
    assert "b.yaml: colour: unknown key" in caplog.text


def test_an_unknown_name_is_refused_with_those_that_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.yaml", "")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    with pytest.raises(PermanentError, match=r"There is no integration 'b'\. Existing integrations: a\. "):
        load_integration("b")
