"""The transport: retries temporary errors, stops at permanent ones, and never reveals a token."""

import logging

import pytest
from sqlalchemy import Engine

from tests.whoop.clock import Clock
from tests.whoop.fakes import Answer, scripted
from wearables.core.errors import BudgetExhausted, MembershipInactive, SourceUnavailable
from wearables.whoop.budget import Budget
from wearables.whoop.statuses import BadRequest, NotFound, Unauthorized, UnexpectedAnswer
from wearables.whoop.transport import ATTEMPTS, HttpTransport


def transport(engine: Engine, url: str, slept: list[float]) -> HttpTransport:
    return HttpTransport(url, Budget(engine, url, "app", sleep=slept.append), sleep=slept.append)


def send(one: HttpTransport) -> bytes:
    return one.send("GET", "/x", token=lambda: "SECRET").content


@pytest.mark.parametrize(
    "failure",
    [
        Answer(500),
        Answer(503),
        Answer(408),
        Answer(200, b""),
        Answer(200, b'{"records": []}', cut=True),
    ],
    ids=["500", "503", "408", "empty", "cut short"],
)
def test_a_temporary_error_is_retried(warehouse_engine: Engine, failure: Answer) -> None:
    with scripted(failure, failure, Answer(body=b"{}")) as whoop:
        one = transport(warehouse_engine, whoop.url, [])
        assert send(one) == b"{}"
        assert one.spent().requests == 3


def test_a_request_that_keeps_failing_is_given_up_after_the_last_attempt(warehouse_engine: Engine) -> None:
    with scripted(*[Answer(500)] * ATTEMPTS) as whoop:
        with pytest.raises(SourceUnavailable, match=r"no valid answer in 5 attempts \(status 500\)"):
            send(transport(warehouse_engine, whoop.url, []))
        assert whoop.answers == []


def test_an_unreachable_server_is_unavailable(warehouse_engine: Engine) -> None:
    with pytest.raises(SourceUnavailable, match="ConnectionError"):
        send(transport(warehouse_engine, "http://127.0.0.1:9", []))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, Unauthorized),
        (403, UnexpectedAnswer),
        (404, NotFound),
        (400, BadRequest),
        (302, UnexpectedAnswer),
    ],
)
def test_a_permanent_error_is_not_retried(warehouse_engine: Engine, status: int, error: type[Exception]) -> None:
    with scripted(Answer(status)) as whoop, pytest.raises(error):
        send(transport(warehouse_engine, whoop.url, []))


@pytest.mark.parametrize("body", [b'{"error": "deactivated_user"}', b' {"message": 1, "error": "deactivated_user"}\n'])
def test_a_403_that_names_a_deactivated_user_means_an_inactive_membership(
    warehouse_engine: Engine, body: bytes
) -> None:
    with scripted(Answer(403, body)) as whoop, pytest.raises(MembershipInactive):
        send(transport(warehouse_engine, whoop.url, []))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>deactivated_user</html>",
        b"deactivated_user",
        b'"deactivated_user"',
        b'["deactivated_user"]',
        b'{"error": "forbidden", "message": "deactivated_user"}',
        b'{"error": {"code": "deactivated_user"}}',
        b'{"error": ["deactivated_user"]}',
        b'{"deactivated_user": true}',
        b'{"error": "deactivated_user"',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_any_other_403_says_nothing_about_the_membership(warehouse_engine: Engine, body: bytes) -> None:
    with scripted(Answer(403, body)) as whoop, pytest.raises(UnexpectedAnswer):
        send(transport(warehouse_engine, whoop.url, []))


def test_a_web_page_is_not_data(warehouse_engine: Engine) -> None:
    with scripted(Answer(200, b"\n<!doctype html>")) as whoop, pytest.raises(UnexpectedAnswer, match="a web page"):
        send(transport(warehouse_engine, whoop.url, []))


def test_a_429_pauses_all_tasks_for_as_long_as_whoop_says(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    with scripted(Answer(429, headers={"X-RateLimit-Reset": "20"}), Answer(body=b"{}")) as whoop:
        one = HttpTransport(whoop.url, Budget(warehouse_engine, whoop.url, "app", sleep=clock.sleep), sleep=print)
        assert send(one) == b"{}"
    assert 19 < sum(clock.slept) <= 20


def test_a_429_for_hours_stops_the_pull_with_one_sentence(warehouse_engine: Engine) -> None:
    answer = Answer(429, headers={"Retry-After": "7200"})
    with scripted(answer) as whoop, pytest.raises(BudgetExhausted, match="next 120 minutes"):
        send(transport(warehouse_engine, whoop.url, []))


def test_each_attempt_requests_the_token_again(warehouse_engine: Engine) -> None:
    tokens = iter(["one", "two"])
    with scripted(Answer(500), Answer(body=b"{}")) as whoop:
        transport(warehouse_engine, whoop.url, []).send("GET", "/x", token=lambda: next(tokens))
    assert [asked.headers["Authorization"] for asked in whoop.asked] == ["Bearer one", "Bearer two"]


def test_logs_and_errors_contain_neither_token_nor_query(
    warehouse_engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="wearables")
    one = transport(warehouse_engine, "http://127.0.0.1:9", [])
    with pytest.raises(SourceUnavailable) as error:
        one.send("GET", "/x", token=lambda: "SECRET", params={"start": "QUERY"})
    text = caplog.text + str(error.value) + repr(error.value.__context__)
    assert "SECRET" not in text
    assert "QUERY" not in text
