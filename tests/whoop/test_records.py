"""Which records can be staged."""

import datetime as dt
import json

import pytest

from wearables.whoop.records import landed_row, record_line, unknown_fields
from wearables.whoop.storable import InvalidRecord

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


UUID = "ecfc6a15-4661-442f-a9a4-f160dd7afae8"
SLEEP = {name: value for name, value in CYCLE.items() if name != "end"} | {
    "id": UUID,
    "end": "2026-04-24T09:25:44.774Z",
    "nap": False,
    "cycle_id": 93845,
}
SCORES = {"stage_summary": {"total_rem_sleep_time_milli": 5879573}, "respiratory_rate": 16.1}


def sleep(**changes: object) -> bytes:
    return record_line(json.dumps(SLEEP | changes).encode(), "sleep", 10129)


def in_days(days: float) -> str:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).isoformat()


@pytest.mark.parametrize("record_id", [UUID, UUID.upper()])
def test_a_sleep_is_identified_by_a_uuid(record_id: str) -> None:
    assert sleep(id=record_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "93845"},
        {"id": 93845},
        {"id": ""},
        {"id": f"{UUID}\n"},
        {"id": f"{{{UUID}}}"},
        {"id": UUID.replace("-", "")},
        {"id": UUID.replace("e", "-")},
        {"id": UUID.replace("4", "٤")},
        {"cycle_id": 0},
        {"cycle_id": 2**63},
        {"cycle_id": "93845"},
    ],
)
def test_an_id_outside_the_documented_forms_is_invalid_and_not_repeated(changes: dict) -> None:
    with pytest.raises(InvalidRecord, match="id") as error:
        sleep(**changes)
    assert not [each for each in changes.values() if str(each) and str(each) in str(error.value)]


def test_a_recovery_names_its_sleep_by_a_uuid() -> None:
    recovery = CYCLE | {"cycle_id": 5, "sleep_id": UUID}
    assert record_line(json.dumps(recovery).encode(), "recovery", 10129)
    with pytest.raises(InvalidRecord, match="sleep_id is not a UUID"):
        record_line(json.dumps(recovery | {"sleep_id": "x" * 5000}).encode(), "recovery", 10129)


@pytest.mark.parametrize("offset", ["Z", "+00:00", "-12:00", "+14:00", "+05:45"])
def test_an_offset_of_the_earth_is_valid(offset: str) -> None:
    assert sleep(timezone_offset=offset)


@pytest.mark.parametrize("offset", ["+15:00", "+99:99", "+5:30", "z", "+05:30\n", "+٠٥:٣٠", "", "UTC"])
def test_an_offset_elsewhere_is_invalid(offset: str) -> None:
    with pytest.raises(InvalidRecord, match="timezone_offset is not a UTC offset"):
        sleep(timezone_offset=offset)


@pytest.mark.parametrize("name", ["created_at", "updated_at", "start", "end"])
@pytest.mark.parametrize("moment", ["2011-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z"])
def test_a_date_before_whoop_or_in_the_future_is_invalid(name: str, moment: str) -> None:
    times = {"start": "2012-01-01T00:00:00Z"} if name == "end" else {}
    with pytest.raises(InvalidRecord, match=rf"{name} is before 2012 or in the future"):
        sleep(**times | {name: moment})


def test_the_future_begins_in_two_days() -> None:
    assert sleep(start="2012-01-01T00:00:00Z", end=in_days(1.99))
    with pytest.raises(InvalidRecord, match="updated_at is before 2012 or in the future"):
        sleep(updated_at=in_days(2.01))


@pytest.mark.parametrize(
    ("score", "reason"),
    [
        (None, "got null - at \\$.score"),
        ("good", "got str - at \\$.score"),
        ([], "got array - at \\$.score"),
        ({}, "is SCORED without a score"),
        ({"new": 1}, "is SCORED without a score"),
        (SCORES | {"respiratory_rate": "16.1"}, "got str - at \\$.score.respiratory_rate"),
        (SCORES | {"respiratory_rate": True}, "got bool - at \\$.score.respiratory_rate"),
        (SCORES | {"stage_summary": 5}, "got int - at \\$.score.stage_summary"),
        (SCORES | {"sleep_needed": {"baseline_milli": {}}}, "got object - at \\$.score.sleep_needed.baseline_milli"),
    ],
)
def test_a_scored_record_whose_scores_are_not_numbers_is_invalid(score: object, reason: str) -> None:
    with pytest.raises(InvalidRecord, match=reason):
        sleep(score_state="SCORED", score=score)


@pytest.mark.parametrize(
    "score",
    [
        SCORES,
        SCORES | {"respiratory_rate": None},
        SCORES | {"stage_summary": None},
        SCORES | {"stage_summary": {"total_rem_sleep_time_milli": 5.0}},
        SCORES | {"new": {"anything": ["goes"]}},
        {"sleep_efficiency_percentage": 91},
    ],
)
def test_a_missing_or_unknown_score_is_not_invalid(score: object) -> None:
    assert sleep(score_state="SCORED", score=score)


@pytest.mark.parametrize("score", [None, "pending", {"respiratory_rate": "?"}])
def test_the_score_of_a_record_that_is_not_scored_does_not_matter(score: object) -> None:
    assert sleep(score_state="PENDING_SCORE", score=score)


@pytest.mark.parametrize("name", ["id", "cycle_id", "sleep_id", "start", "end", "nap", "timezone_offset"])
def test_a_new_field_may_have_the_name_of_another_collections_field(name: str) -> None:
    recovery = {
        "cycle_id": 5,
        "sleep_id": UUID,
        "user_id": 10129,
        "updated_at": CYCLE["updated_at"],
        "score_state": "?",
    }
    for collection, record in (("cycle", CYCLE), ("recovery", recovery)):
        raw = json.dumps({name: [5.5]} | record).encode()
        line = record_line(raw, collection, 10129)
        assert landed_row(1, 2, line, collection).endswith(b"\t%s\n" % raw)


def test_unknown_fields_are_named_by_their_path() -> None:
    raw = json.dumps(SLEEP | {"vo2": 51, "score": SCORES | {"stress": 1, "stage_summary": {"deep": 1}}})
    assert sorted(unknown_fields(raw.encode(), "sleep")) == ["score.stage_summary.deep", "score.stress", "vo2"]


def test_an_unknown_field_with_any_number_is_named() -> None:
    assert unknown_fields(b'{"x": 1e400, "score": {"y": -1e-400, "stage_summary": 7}}', "sleep") == ["x", "score.y"]


def test_a_name_that_may_be_data_is_not_repeated() -> None:
    raw = json.dumps({"61 bpm\nERROR forged": 1, "score": {"x" * 61: 2}}).encode()
    assert unknown_fields(raw, "sleep") == ["?", "score.?"]
