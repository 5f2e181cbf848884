"""Records that PostgreSQL cannot store are found before they fail the chunk for every athlete."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from tests.factories import REPRODUCIBLE
from wearables.whoop.storable import MAX_BYTES, MAX_DEPTH, MAX_DIGITS, InvalidRecord, require_storable

DIGITS = st.text("0123456789", min_size=1, max_size=10)
NUMBER = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "-"]),
    DIGITS
    | st.sampled_from(["0", "-", "00"])
    | st.sampled_from([300, MAX_DIGITS, 140_000]).map(lambda size: "9" * size),
    st.sampled_from(["", ".", ".5"]) | st.just(20_000).map(lambda size: f".{'0' * size}1"),
    st.sampled_from(["", "e", "E", "e+", "e-", "E-"]),
    st.just("") | DIGITS,
)
TEXT = st.text(st.characters(), max_size=10).map(lambda text: json.dumps(text)) | st.sampled_from(
    ['"\\u0000"', '"\\\\u0000"', '"\\ud83d"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\x"', '"\x01"', '"\t"', '"']
)


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


JSON = st.recursive(
    NUMBER | TEXT | st.sampled_from(["null", "true", "NaN", "Infinity", ""]) | st.sampled_from([100, 900]).map(nested),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(TEXT, inner), max_size=3).map(
            lambda items: "{" + ", ".join(f"{name}: {value}" for name, value in items) + "}"
        )
    ),
    max_leaves=6,
)


@pytest.fixture
def connection(warehouse_engine: Engine) -> Any:
    with warehouse_engine.connect() as connection:
        yield connection


def store(connection: Connection, raw: bytes) -> Any:
    """Return a JSON text as PostgreSQL stores and the driver reads it."""
    return connection.exec_driver_sql("select %(raw)s::jsonb", {"raw": raw.decode()}).scalar_one()


@REPRODUCIBLE
@given(content=JSON, junk=st.sampled_from([b"", b"", b"", b"\xff", b"\xed\xa0\x80", b"\xc3"]))
def test_postgresql_stores_and_the_driver_reads_whatever_is_accepted(
    connection: Connection, content: str, junk: bytes
) -> None:
    raw = b'{"x": ' + content.encode(errors="surrogatepass") + b', "y": "' + junk + b'"}'
    try:
        require_storable(raw)
    except InvalidRecord as reason:
        assert str(reason).isprintable()
        return
    store(connection, raw)


@pytest.mark.parametrize(
    "number",
    [
        "1e400",
        "-1e-400",
        "-0",
        "1E+2",
        "9" * 400,
        "9" * MAX_DIGITS,
        "1e3900",
        "1e-3900",
        "1e0000000005",
        "0." + "1" * 99,
    ],
)
def test_a_number_that_postgresql_stores_and_others_can_read_is_accepted(connection: Connection, number: str) -> None:
    raw = b'{"x": %s}' % number.encode()
    require_storable(raw)
    store(connection, raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"x": 1e4001}', "a number of more than 4,000 digits"),
        (b'{"x": [1E-200000]}', "a number of more than 4,000 digits"),
        (b'{"x": {"y": %s}}' % (b"9" * 4001), "a number of more than 4,000 digits"),
        (b'{"x": 1e%s}' % (b"9" * 30), "a number of more than 4,000 digits"),
        (b'{"x": %s%s}' % (b"[" * 501, b"]" * 501), "is nested too deeply"),
        (b'{"x": %s%s}' % (b"[" * 5000, b"]" * 5000), "is not JSON"),
        (b'{"x": "%s"}' % (b"x" * MAX_BYTES), "is larger than 16 MiB"),
        (b'{"x": "\\u0000"}', "NUL"),
        (b'{"x": "\xff"}', "is not JSON"),
        (b'{"x": 1e400, "y": "\xff"}', "is not JSON"),
        (b'{"x": 1e400, "y": "\\ud800"}', "is not JSON"),
        (b'{"x": 1e400, "y": NaN}', "is not JSON"),
        (b'{"x": 1e400} {}', "is not JSON"),
        (b'{"x": "\xed\xa0\x80"}', "is not JSON"),
        (b'{"x": "\\ud800"}', "is not JSON"),
    ],
)
def test_what_cannot_be_stored_is_named(raw: bytes, reason: str) -> None:
    with pytest.raises(InvalidRecord, match=reason):
        require_storable(raw)


@pytest.mark.parametrize("filler", [0, MAX_DIGITS])
def test_many_brackets_need_not_be_deep(filler: int) -> None:
    nested = b"[" * (MAX_DEPTH - 5) + b"]" * (MAX_DEPTH - 5)
    require_storable(b'{"y": "%s[[[[[[[[[[", "x": %s, "z": %s}' % (b"x" * filler, nested, nested))
