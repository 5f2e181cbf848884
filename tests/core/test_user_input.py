"""Whatever a user writes into a file or a parameter is understood or refused, in one line."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration, load_integration, load_integrations, read_integration
from wearables.pipeline.validate import read_request

QUICK = settings(
    deadline=None, derandomize=True, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([*Integration.model_fields, "unknown", ""])
INJECTION = "x'; drop schema raw cascade; --"
TRICKS = {
    "an object of Python": "!!python/object/apply:os.system ['true']",
    "a thousand laughs": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\ncollections: *c",
    "a tab": "\tschedule: x",
    "a control character": "schedule: \x07",
    "two documents": "a: 1\n---\nb: 2",
    "a list": "- a",
    "the same key of a mapping as key": "? {a: 1}\n: 2",
    "SQL for a connection": f'connection: "{INJECTION}"',
    "SQL for a time zone": f'timezone: "{INJECTION}"',
    "a path for a time zone": "timezone: ../../../etc/passwd",
    "a cron of a megabyte": "schedule: " + "* " * 500_000,
}


def understood_or_refused(path: Path) -> None:
    try:
        assert isinstance(read_integration(path), Integration)
    except PermanentError as refusal:
        assert str(refusal).startswith("team.yaml: ")
        assert "\n" not in str(refusal)


@QUICK
@given(content=st.dictionaries(KEYS, VALUE, max_size=6) | VALUE)
def test_any_yaml_is_an_integration_or_refused(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "team.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8", errors="replace")
    understood_or_refused(path)


@QUICK
@given(content=st.binary(max_size=300))
def test_any_bytes_are_an_integration_or_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "team.yaml"
    path.write_bytes(content)
    understood_or_refused(path)


@pytest.mark.parametrize("trick", TRICKS)
def test_a_tricky_file_is_refused_and_takes_no_other_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trick: str
) -> None:
    (tmp_path / "team.yaml").write_text(TRICKS[trick])
    (tmp_path / "well.yaml").write_text("schedule: null")
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    with pytest.raises(PermanentError, match=r"team\.yaml: "):
        load_integration("team")
    assert [each.name for each in load_integrations()] == ["well"]


@QUICK
@given(conf=st.dictionaries(st.sampled_from(["start_date", "end_date", "athletes", "collections", "x"]), VALUE))
def test_any_parameters_are_a_request_or_refused(conf: dict) -> None:
    integration = Integration(name="team", connection="team")
    try:
        request = read_request(conf, integration)
    except PermanentError as refusal:
        assert "\n" not in str(refusal).strip()
    else:
        assert all(isinstance(athlete, int) for athlete in request.athletes)
        assert set(request.collections) <= set(integration.collections)


def test_sql_in_a_name_of_whoop_s_is_stored_as_it_is(team: Any) -> None:
    squad = team(enrol=False, athletes=1, days=5)
    (athlete,) = squad.world.athletes.values()
    athlete.first_name = INJECTION
    squad.enrol()
    squad.pull(**squad.all_days())
    assert squad.rows("select first_name from ops.athletes") == [(INJECTION,)]
    assert squad.metrics() == squad.truth()
