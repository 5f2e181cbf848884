"""Which records can be staged."""

import json

import pytest

from wearables.whoop.records import InvalidRecord, identify, record_line

CYCLE = {
    "id": 93845,
    "user_id": 10129,
    "created_at": "2026-04-24T11:25:44.774Z",
    "updated_at": "2026-04-24T14:25:44.774Z",
    "start": "2026-04-24T02:25:44.774Z",
    "end": None,
    "timezone_offset": "-05:00",
    "score_state": "PENDING_SCORE",
}


def line(**changes: object) -> bytes:
    return record_line(json.dumps(CYCLE | changes).encode(), "cycle", 10129)


def test_a_record_keeps_every_byte_of_its_values() -> None:
    raw = json.dumps(CYCLE | {"new_key": {"deep": [1.50, 2**60]}}).encode()
    assert record_line(raw, "cycle", 10129) == raw


def test_line_ends_between_values_become_spaces() -> None:
    raw = json.dumps(CYCLE, indent=1).encode()
    assert b"\n" not in record_line(raw, "cycle", 10129)
    assert json.loads(record_line(raw, "cycle", 10129)) == CYCLE


def test_an_escaped_backslash_before_u0000_is_not_a_nul() -> None:
    assert b"u0000" in line(note="\\u0000")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user_id": 2}, "another athlete"),
        ({"user_id": "10129"}, "user_id"),
        ({"id": None}, "id"),
        ({"id": 0}, "out of range"),
        ({"id": 2**63}, "out of range"),
        ({"updated_at": "yesterday"}, "updated_at"),
        ({"updated_at": "2026-04-24T14:25:44"}, "updated_at"),
        ({"timezone_offset": "Europe/Berlin"}, "timezone_offset"),
        ({"end": "2026-04-24T01:00:00.000Z"}, "ends before it starts"),
        ({"note": "a\0b"}, "NUL"),
        ({"note": "\ud83d"}, "not JSON"),
    ],
)
def test_a_record_with_invalid_keys_is_invalid(changes: dict, reason: str) -> None:
    with pytest.raises(InvalidRecord, match=reason):
        line(**changes)


@pytest.mark.parametrize("raw", [b"{", b"[1]", b'"x"', b'{"id": "\xff"}'])
def test_bytes_that_are_not_a_json_object_are_invalid(raw: bytes) -> None:
    with pytest.raises(InvalidRecord):
        record_line(raw, "cycle", 10129)


@pytest.mark.parametrize("secret", ["sixty-one-point-5", "Zoë"])
def test_the_reason_never_contains_a_value(secret: str) -> None:
    with pytest.raises(InvalidRecord) as error:
        line(start=secret)
    assert secret not in str(error.value)


@pytest.mark.parametrize(
    ("raw", "record_id"),
    [
        (b'{"id": 5}', "5"),
        (b'{"cycle_id": 7}', "7"),
        (b'{"id": "a\\u0000"}', "a"),
        (b"{}", ""),
        (b"[]", ""),
        (b"{", ""),
    ],
)
def test_an_invalid_record_is_identified_if_it_has_an_id(raw: bytes, record_id: str) -> None:
    assert identify(raw) == record_id
