"""The athlete and the id of an invalid record, if they can be read and are safe to show."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import ANY_VALUE, REPRODUCIBLE
from wearables.whoop.identity import INT64_MAX, identify

ASKED = 10129
UUID = "ecfc6a15-4661-442f-a9a4-f160dd7afae8"


@pytest.mark.parametrize(
    ("raw", "record_id"),
    [
        (b'{"id": 5}', "5"),
        (b'{"id": "%s"}' % UUID.encode(), UUID),
        (b'{"id": "%s"}' % (b"a" * 37), ""),
        (b'{"id": "a\\u0000"}', ""),
        (b'{"id": "a\\nb"}', ""),
        (b'{"id": "\\ud800"}', ""),
        (b'{"id": "Zo\xc3\xab"}', ""),
        (b'{"id": -1}', "-1"),
        (b'{"id": true}', ""),
        (b'{"id": 1e400}', ""),
        (b'{"id": %s}' % (b"9" * 5000), ""),
        (b'{"id": "a\xff"}', ""),
        (b'{"cycle_id": 7}', ""),
        (b"{}", ""),
        (b"[]", ""),
        (b"{", ""),
    ],
)
def test_an_invalid_record_is_identified_if_its_id_is_safe_to_show(raw: bytes, record_id: str) -> None:
    assert identify(raw, "cycle", ASKED).record_id == record_id


def test_a_recovery_is_identified_by_its_cycle() -> None:
    assert identify(b'{"id": "x", "cycle_id": 7}', "recovery", ASKED).record_id == "7"


@pytest.mark.parametrize(
    ("user_id", "owner"),
    [
        ("4711", 4711),
        ('"4711"', 4711),
        (str(INT64_MAX), INT64_MAX),
        (str(INT64_MAX + 1), ASKED),
        ("9" * 5000, ASKED),
        ("0", ASKED),
        ("-4711", ASKED),
        ("4711.0", 4711),
        ("4.711e3", 4711),
        ("4711.5", ASKED),
        ("1e400", ASKED),
        ("true", ASKED),
        ("null", ASKED),
        ('"٤٧١١"', ASKED),
    ],
)
def test_a_record_belongs_to_the_athlete_whom_it_names(user_id: str, owner: int) -> None:
    raw = b'{"user_id": %s, "note": "\\ud800", "x": %s, "y": "\xff\n"}' % (user_id.encode(), b"9" * 5000)
    assert identify(raw, "cycle", ASKED).athlete_id == owner


@REPRODUCIBLE
@given(record_id=ANY_VALUE, user_id=ANY_VALUE, raw=st.binary(max_size=100))
def test_any_content_can_be_identified_and_shown(record_id: Any, user_id: Any, raw: bytes) -> None:
    content = json.dumps({"id": record_id, "user_id": user_id}, default=str).encode()
    for found in (identify(content, "sleep", ASKED), identify(raw, "sleep", ASKED)):
        assert 0 < found.athlete_id <= INT64_MAX
        assert len(found.record_id) <= 36
        assert not found.record_id or (found.record_id.isascii() and found.record_id.isprintable())
