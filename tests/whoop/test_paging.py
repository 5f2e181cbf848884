"""Paging: every page from the first to the last, or an error."""

import json

import pytest

from wearables.core.errors import IncompleteAnswer
from wearables.whoop.paging import pages

MISSING = object()


def body(records: list, next_token: object = MISSING) -> bytes:
    envelope: dict = {"records": records}
    if next_token is not MISSING:
        envelope["next_token"] = next_token
    return json.dumps(envelope).encode()


@pytest.mark.parametrize("last", [MISSING, None, ""], ids=["missing", "null", "empty"])
def test_a_missing_null_or_empty_token_ends_the_list(last: object) -> None:
    answers = {None: body([{"id": 1}], "two"), "two": body([{"id": 2}], last)}
    assert list(pages(answers.__getitem__)) == [[b'{"id": 1}'], [b'{"id": 2}']]


def test_an_empty_list_is_one_page_without_records() -> None:
    assert list(pages(lambda token: body([]))) == [[]]


def test_a_record_keeps_the_bytes_that_whoop_sent() -> None:
    sent = b'{"records": [ {"x" : 1.50,\n "y":1e3} ], "other": 1}'
    assert list(pages(lambda token: sent)) == [[b'{"x" : 1.50,\n "y":1e3}']]


def test_half_a_surrogate_pair_does_not_invalidate_the_page() -> None:
    sent = b'{"records": [{"id": 1}, {"note": "\\ud83d"}], "next_token": null}'
    assert list(pages(lambda token: sent)) == [[b'{"id": 1}', b'{"note": "\\ud83d"}']]


@pytest.mark.parametrize("bad", [b'"\\ud83d"', b'"\xff"', b'"a\nb"', b'"\\ud800", "y": NaN'])
def test_a_text_that_is_not_unicode_leaves_every_other_record_as_it_was_sent(bad: bytes) -> None:
    good = [b'{"x" : 1.50,\n "y":1e400}', b"[ ]", b'"\xc3\xab"', b"%s" % (b"9" * 5000)]
    sent = b'\n{"a": {"records": 1}, "records" : [%s, {"x": %s}\n] , "next_token":"" }'
    (records,) = pages(lambda token: sent % (b" , ".join(good), bad))
    assert records == [*good, b'{"x": %s}' % bad]


@pytest.mark.parametrize(
    "answer",
    [
        b'{"records": [], "next_token": "\\ud83d"}',
        b'{"records": ["\\ud83d"], "next_token": 3}',
        b'{"records": ["\\ud83d"',
        b'{"records": {"\\ud83d": 1}}',
        b'{"x": "\\ud83d"}',
        b'["\\ud83d"]',
        b'{"records": ["\\ud83d", %s%s]}' % (b"[" * 100_000, b"]" * 100_000),
    ],
)
def test_a_page_that_cannot_be_split_is_an_error(answer: bytes) -> None:
    with pytest.raises(IncompleteAnswer, match="not the expected JSON"):
        list(pages(lambda token: answer))


def test_an_empty_page_may_contain_a_text_that_is_not_unicode() -> None:
    assert list(pages(lambda token: b'{"records": [ ], "note": "\\ud83d"}')) == [[]]


def test_a_repeated_token_is_an_error() -> None:
    answers = {None: body([], "a"), "a": body([], "b"), "b": body([], "a")}
    with pytest.raises(IncompleteAnswer, match="repeated"):
        list(pages(answers.__getitem__))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b'{"records": [1',
        b"[]",
        b'{"next_token": null}',
        b'{"records": null}',
        b'{"records": [], "next_token": 3}',
    ],
)
def test_a_malformed_page_is_an_error(answer: bytes) -> None:
    with pytest.raises(IncompleteAnswer, match="not the expected JSON"):
        list(pages(lambda token: answer))


def test_an_error_on_a_later_page_is_raised_not_swallowed() -> None:
    def fetch(token: str | None) -> bytes:
        if token:
            raise ConnectionError
        return body([{"id": 1}], "two")

    with pytest.raises(ConnectionError):
        list(pages(fetch))
