"""A page is checked by a shorter way that agrees with the check of each record, whatever the records are."""

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import REPRODUCIBLE
from wearables.whoop import records
from wearables.whoop.collections import ENDPOINTS
from wearables.whoop.records import check_page, landed_row, record_line, unknown_fields
from wearables.whoop.storable import MAX_DIGITS, InvalidRecord
from wearables_dev.sandbox import World

WORLD = World(athletes=2, days=40)
(ATHLETE, OTHER) = WORLD.athletes
USUAL = {name: [record.body for record in WORLD.records[ATHLETE, name]] for name in ENDPOINTS}
UUID = b"ecfc6a15-4661-442f-a9a4-f160dd7afae8"
NUMBERS = [
    *[b"0", b"-0", b"-1", b"5", b"5.0", b"1E+2", b"01", b"1.", b"+1", b"NaN", b"-Infinity"],
    *[b"1e400", b"-1e-400", b"1e308", b"1e4001", b"1e-4000", b"1E-4000", b"1e-200000", b"1e-0000005", b"0e9999"],
    *[b"9" * size for size in (19, 400, 4000, 4001, 5000)],
    *[b"%d" % number for number in (2**53 + 1, 2**63 - 1, 2**63, ATHLETE, OTHER)],
]
TEXTS = [
    *[b"", b"a", b"\\u0000", b"\\\\u0000", b"\\ud800", b"\\ud83d\\ude00", b"\\x", b"\x00", b"\x7f", b"\t", b"\n"],
    *["Zoë".encode(), "\u2028".encode(), b"\xff", b"\xed\xa0\x80", b"1e-4000", b"x" * 4001, b"SCORED", b"SC\\u004fRED"],
    *[b"Z", b"+05:45", b"+15:00", b"-5:00", b"PENDING_SCORE"],
    *[UUID, UUID.upper(), UUID.replace(b"-", b""), b"{%s}" % UUID, b"%s\\n" % UUID],
    *[b"2026-04-24T02:25:44.774Z", b"2026-04-24 02:25:44Z", b"2026-04-24T02:25:44", b"2026-04-24T02:25:44+23:00"],
    *[b"2026-04-24T02:25:44.%sZ" % (b"1" * 300), b"2011-12-31T23:59:59Z", b"2100-01-01T00:00:00Z", b"0000-01-01"],
]
OTHERS = [
    *[b"null", b"true", b"false", b"{}", b"[]", b"[1, [2]]", b'{"new": 1}', b'{"strain": null}', b'{"strain": 1}', b""],
    *[b"[" * depth + b"]" * depth for depth in (100, 600, 2000)],
]
VALUE = st.sampled_from([*NUMBERS, *(b'"%s"' % text for text in TEXTS), *OTHERS])
FIELDS = sorted(
    {name.encode() for each in ENDPOINTS.values() for names in each.known_fields.values() for name in names}
)
# Most of the names are those of fields, so that a field is there twice.
NAME = st.sampled_from([*FIELDS, b"new", b"61 bpm\\n", b"\\u0069d", b"\xff", b"\\ud800", b"e-4000 ", b"x" * 4001])


@st.composite
def hostile(draw: st.DrawFn, collection: str) -> bytes:
    """Return a record with one or two changes, most of which leave valid JSON."""
    record = draw(st.sampled_from(USUAL[collection]))
    for _ in range(draw(st.integers(1, 2))):
        change = draw(st.sampled_from([replaced, replaced, added, added, removed, damaged, spaced]))
        record = change(draw, record)
    return record


def replaced(draw: st.DrawFn, record: bytes) -> bytes:
    """Replace a value, at any depth."""
    starts = [place + 2 for place in range(len(record)) if record.startswith(b'":', place)]
    if not starts:
        return record
    start = draw(st.sampled_from(starts))
    try:
        _, length = json.JSONDecoder(strict=False).raw_decode(record[start:].decode("latin-1"))
    except (ValueError, RecursionError):
        return record
    return record[:start] + draw(VALUE) + record[start + length :]


def added(draw: st.DrawFn, record: bytes) -> bytes:
    """Add a field to an object, before or after those of the same name."""
    objects = [place for place, byte in enumerate(record) if byte in b"{}"]
    if not objects:
        return record
    place = draw(st.sampled_from(objects))
    field = b'"%s": %s' % (draw(NAME), draw(VALUE))
    if record[place : place + 1] == b"{":
        return record[: place + 1] + field + b"," + record[place + 1 :]
    return record[:place] + b", " + field + record[place:]


def removed(draw: st.DrawFn, record: bytes) -> bytes:
    try:
        content = json.loads(record)
        content.pop(draw(st.sampled_from(sorted(content))))
    except (ValueError, AttributeError, RecursionError):
        return record
    return json.dumps(content).encode()


def damaged(draw: st.DrawFn, record: bytes) -> bytes:
    """Replace up to three bytes by up to three others."""
    place = draw(st.integers(0, len(record)))
    return record[:place] + draw(st.binary(max_size=3)) + record[place + draw(st.integers(0, 3)) :]


def spaced(draw: st.DrawFn, record: bytes) -> bytes:
    return draw(st.sampled_from([b"\n", b" ", b"\t"])) + record.replace(
        b",", draw(st.sampled_from([b" ,\r\n\t", b", "]))
    )


def one_by_one(page: list[bytes], collection: str) -> tuple[list[Any], set[str]]:
    """Return what the check of single records says about the records of a page."""
    found: list[Any] = []
    unknown: set[str] = set()
    for raw in page:
        try:
            line = record_line(raw, collection, ATHLETE)
        except InvalidRecord as reason:
            found.append(("invalid", str(reason)))
        else:
            found.append(line)
            unknown.update(unknown_fields(line, collection))
    return found, unknown


def together(page: list[bytes], collection: str) -> tuple[list[Any], set[str]]:
    checked, unknown = check_page(page, collection, ATHLETE)
    return [("invalid", str(each)) if isinstance(each, InvalidRecord) else each for each in checked], unknown


@pytest.mark.parametrize("collection", ENDPOINTS)
@settings(parent=REPRODUCIBLE, max_examples=600)
@given(data=st.data())
def test_a_record_is_checked_like_every_other_record(collection: str, data: st.DataObject) -> None:
    page = [data.draw(hostile(collection))]
    assert together(page, collection) == one_by_one(page, collection)


@pytest.mark.parametrize("collection", ENDPOINTS)
@settings(parent=REPRODUCIBLE, max_examples=50)
@given(data=st.data())
def test_records_do_not_affect_each_other(collection: str, data: st.DataObject) -> None:
    page = data.draw(st.lists(st.sampled_from(USUAL[collection]) | hostile(collection), max_size=25))
    assert together(page, collection) == one_by_one(page, collection)


@pytest.mark.parametrize("value", [*NUMBERS, *(b'"%s"' % text for text in TEXTS), *OTHERS])
@pytest.mark.parametrize("collection", ENDPOINTS)
def test_every_field_may_have_any_value(collection: str, value: bytes) -> None:
    record = next(body for body in USUAL[collection] if b'"SCORED"' in body)
    content = json.loads(record)
    fields = [(content, name) for name in content] + [(content["score"], name) for name in content["score"]]
    page = [record]
    for place, name in fields:
        known, place[name] = place[name], "HERE"
        page.append(json.dumps(content).encode().replace(b'"HERE"', value))
        place[name] = known
    assert together(page, collection) == one_by_one(page, collection)


def is_one_row(row: bytes) -> bool:
    return (row.count(b"\t"), row.count(b"\n"), row[-1:]) == (7, 1, b"\n") and b"\r" not in row


@pytest.mark.parametrize("collection", ENDPOINTS)
@settings(parent=REPRODUCIBLE, max_examples=300)
@given(data=st.data())
def test_a_line_becomes_one_row_and_bytes_that_did_not_land_at_most_an_error(
    collection: str, data: st.DataObject
) -> None:
    raw = data.draw(hostile(collection))
    (line,), _ = check_page([raw], collection, ATHLETE)
    if isinstance(line, bytes):
        assert is_one_row(landed_row(1, 2, line, collection))
    with suppress(msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        assert is_one_row(landed_row(1, 2, raw, collection))


@pytest.mark.parametrize("collection", ENDPOINTS)
def test_what_whoop_usually_sends_takes_the_shorter_way(monkeypatch: pytest.MonkeyPatch, collection: str) -> None:
    def longer(*_args: Any) -> bytes:
        raise AssertionError

    monkeypatch.setattr(records, "record_line", longer)
    assert check_page(USUAL[collection], collection, ATHLETE) == (USUAL[collection], set())


@pytest.mark.parametrize("end", ["}", " }", "\n}", ",%s}", " ,%s}", "\t,%s}", "\r,%s}"])
@pytest.mark.parametrize("exponent", ["e-4000", "E-4000", "e-0004000"])
def test_a_number_too_close_to_zero_is_found_wherever_it_ends(exponent: str, end: str) -> None:
    start = '{"step_count": 1.5' + exponent
    rest = next(body for body in USUAL["cycle"] if b"step_count" not in body)[1:-1].decode()
    page = [(start + (end % rest if "%" in end else end)).encode()]
    assert check_page(page, "cycle", ATHLETE)[0][0].args == (f"contains a number of more than {MAX_DIGITS:,} digits",)
