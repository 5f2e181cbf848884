"""Hostile answers: a record that does not fit affects neither the other records of its page nor any other athlete."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.fault_scenario import FaultScenario, at_whoop
from wearables.athletes.offboarding import offboard


def changed(**changes: Any) -> Callable[[dict], bytes]:
    return lambda record: json.dumps(record | changes).encode()


def written(**numbers: str) -> Callable[[dict], bytes]:
    """Write numbers exactly as given, which json cannot do."""

    def write(record: dict) -> bytes:
        body = json.dumps(record | dict.fromkeys(numbers, "HERE")).encode()
        for number in numbers.values():
            body = body.replace(b'"HERE"', number.encode(), 1)
        return body

    return write


def scored(value: Any) -> Callable[[dict], bytes]:
    """Replace every score by this value."""
    return lambda record: json.dumps(record | {"score": dict.fromkeys(record["score"], value)}).encode()


def injected(record: dict) -> bytes:
    """Give the record an id that, if it were not escaped, would end its row and begin one of athlete 1."""
    row = "\x02".join(["x", "2026-01-01Z", "", "", "0" * 32, "{}"])
    return json.dumps(record | {"id": f"{row}\n9\x02workout\x021\x02"}).encode()


QUARANTINED: dict[str, tuple[str, Callable[[dict], bytes]]] = {
    "an id that contains a row of COPY": ("workout", injected),
    "an id with a control character": ("workout", changed(id="\x01")),
    "an id with a newline": ("workout", changed(id="a\nb")),
    "an id with a quote and a backslash": ("sleep", changed(id="\"'\\.\\N")),
    "an id longer than an index entry": ("workout", changed(id="x" * 100_000)),
    "NUL in updated_at": ("workout", changed(updated_at="\x00")),
    "a newline after the offset": ("workout", changed(timezone_offset="+01:00\n")),
    "an offset of 99 hours": ("workout", changed(timezone_offset="+99:00")),
    "invalid UTF-8": ("workout", lambda record: changed(note="HERE")(record).replace(b"HERE", b"\xff\xfe")),
    "half a surrogate pair": ("sleep", lambda record: changed(note="HERE")(record).replace(b"HERE", b"\\udc00")),
    "1e400 as a score": ("cycle", written(score='{"strain": 1e400}')),
    "1e200000 in an unknown field": ("workout", written(unknown="1e200000")),
    "1e-200000 in an unknown field": ("workout", written(unknown="[[-1e-200000]]")),
    "200,000 digits in an unknown field": ("workout", written(unknown="9" * 200_000)),
    "800 levels of nesting": ("workout", written(unknown="[" * 800 + "]" * 800)),
    "a text of 17 MiB": ("workout", changed(note="x" * 17 * 1024**2)),
    "a user_id of 400 digits": ("workout", written(user_id="9" * 400)),
    "dates of 1970": ("cycle", changed(start="1970-01-01T00:00:00.000Z", end="1970-01-02T00:00:00.000Z")),
    "dates of 2100": ("cycle", changed(start="2100-01-01T00:00:00.000Z", end="2100-01-02T00:00:00.000Z")),
    "dates of the year 1": ("workout", changed(start="0001-01-01T00:00:00Z", end="0001-01-01T01:00:00Z")),
    "updated_at in 2100": ("recovery", changed(updated_at="2100-01-01T00:00:00.000Z")),
    "SCORED with text scores": ("cycle", scored("61")),
    "SCORED with lists as scores": ("recovery", scored([61])),
    "SCORED with objects as scores": ("sleep", scored({"value": {}})),
    "SCORED with booleans as scores": ("workout", scored(True)),
    "SCORED with a text as score": ("cycle", changed(score="good")),
    "SCORED without a score": ("recovery", changed(score=None)),
}
LANDED: dict[str, Callable[[dict], bytes]] = {
    "1e400 in an unknown field": written(unknown="1e400"),
    "-1e-400 in an unknown field": written(unknown='{"deep": [-1e-400]}'),
    "400 digits in an unknown field": written(unknown="9" * 400),
    "-0 and 1E+2 in unknown fields": written(unknown="-0", another="1E+2"),
    "fields of another collection": changed(cycle_id=5.5, sleep_id=["x"], nap={}),
    "a key of 100,000 characters": changed(**{"x" * 100_000: 1}),
    "keys that are there twice": lambda record: b'{"user_id": 5, "id": "x", ' + json.dumps(record).encode()[1:],
    "updated_at with 300 decimals": changed(updated_at=f"2026-01-02T00:30:00.{'1' * 300}Z"),
    "updated_at with an offset of 23 hours": changed(updated_at="2026-01-02T00:30:00.123+23:00"),
}


def raw_state(team: Any) -> list[tuple]:
    return team.rows("select * from raw.records order by athlete_id, collection, record_id, source_updated_at")


def foreign_rows(team: Any) -> int:
    """Count stored records that are filed under somebody other than the athlete whom they name."""
    return team.rows("select count(*) from raw.records where payload ->> 'user_id' <> athlete_id::text")[0][0] + len(
        set(team.rows("select athlete_id, collection, record_id from raw.records")) - at_whoop(team).keys()
    )


@pytest.mark.parametrize("name", QUARANTINED)
def test_a_hostile_record_is_quarantined_alone_and_known_values_stay(
    make_team: Any, record_property: Callable, name: str
) -> None:
    team = make_team(days=12)
    team.pull(**team.all_days())
    known, metrics = raw_state(team), team.metrics()
    collection, hostile = QUARANTINED[name]
    scenario = FaultScenario(team, f"hostile record: {name}", record_property)
    record = team.world.records[team.athlete_ids[0], collection][2]
    good, record.body = record.body, hostile(record.payload)
    assert not scenario.attempt()
    ((athlete_id, where, record_id, reason),) = team.rows(
        "select athlete_id, collection, record_id, reason from ops.quarantine"
    )
    assert (athlete_id, where) == (team.athlete_ids[0], collection)
    assert record_id.isascii()
    assert record_id.isprintable()
    assert len(record_id) <= 36
    assert reason.isprintable()
    assert "61" not in reason
    assert (raw_state(team), team.metrics(), foreign_rows(team)) == (known, metrics, 0)
    record.body = good
    scenario.recover()


@pytest.mark.parametrize("name", LANDED)
def test_an_unusual_record_lands(make_team: Any, record_property: Callable, name: str) -> None:
    team = make_team(days=12)
    scenario = FaultScenario(team, f"unusual record: {name}", record_property)
    record = team.world.records[team.athlete_ids[0], "workout"][2]
    record.body = LANDED[name](record.payload)
    assert scenario.attempt()
    assert (team.rows("select count(*) from ops.quarantine"), foreign_rows(team)) == ([(0,)], 0)
    team.world.patch(team.athlete_ids[0], "workout", record.id, {})
    scenario.recover()


def test_an_answer_with_another_athletes_records_is_filed_under_its_owner_and_erased_with_them(
    make_team: Any, record_property: Callable
) -> None:
    team = make_team(days=12)
    asked, owner = team.athlete_ids
    scenario = FaultScenario(team, "an answer with another athlete's records", record_property)
    answers = team.world.records
    own, answers[asked, "sleep"] = answers[asked, "sleep"], answers[owner, "sleep"]
    assert not scenario.attempt()
    quarantined = dict(team.rows("select athlete_id, count(*) from ops.quarantine group by athlete_id"))
    assert quarantined == {owner: len(answers[owner, "sleep"])}
    counted = dict(team.rows("select athlete_id, sum(quarantined) from ops.slices group by athlete_id"))
    assert counted == {asked: len(answers[owner, "sleep"]), owner: 0}
    answers[asked, "sleep"] = own
    scenario.recover()
    receipt = offboard("team", owner, erase=True)
    assert receipt.rows["ops.quarantine"] == quarantined[owner]
    assert team.rows("select count(*) from ops.quarantine") == [(0,)]
