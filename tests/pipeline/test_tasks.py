"""What a task does with an error: its class decides whether Airflow retries, and its sentence reaches Airflow."""

import datetime as dt
import logging

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowRuntimeError
from airflow.sdk.execution_time.comms import ErrorResponse

from wearables.core.errors import (
    BudgetExhausted,
    ExportRejected,
    IncompleteAnswer,
    LandingUnavailable,
    PermanentError,
    RunFailed,
    SourceUnavailable,
    WarehouseUnavailable,
)
from wearables.pipeline.tasks import RETRIES, log_user_errors

SENTENCE = "The host is not a URL. Use https://api.prod.whoop.com."


def failing(error: Exception) -> None:
    @log_user_errors
    def step() -> None:
        raise error

    step()


@pytest.mark.parametrize("kind", [PermanentError, ExportRejected, RunFailed])
def test_a_permanent_error_fails_the_task_at_once_with_its_sentence(kind: type[Exception]) -> None:
    with pytest.raises(AirflowFailException) as raised:
        failing(kind(SENTENCE))
    assert str(raised.value) == SENTENCE


@pytest.mark.parametrize(
    "kind", [SourceUnavailable, WarehouseUnavailable, LandingUnavailable, IncompleteAnswer, BudgetExhausted]
)
def test_a_retryable_error_leaves_the_retry_to_airflow_and_carries_its_sentence(kind: type[Exception]) -> None:
    with pytest.raises(AirflowException) as raised:
        failing(kind(SENTENCE))
    assert not isinstance(raised.value, AirflowFailException)
    assert str(raised.value) == SENTENCE


def test_the_sentence_is_the_last_line_our_code_logs_and_has_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="wearables"), pytest.raises(AirflowFailException):
        failing(PermanentError(SENTENCE))
    last = caplog.records[-1]
    assert (last.getMessage(), last.levelname, last.exc_info) == (SENTENCE, "ERROR", None)


def test_a_bug_fails_the_task_at_once_and_keeps_its_traceback() -> None:
    with pytest.raises(AirflowFailException, match="This is a bug: ZeroDivisionError") as raised:
        failing(ZeroDivisionError())
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_an_error_of_airflows_own_api_is_retried() -> None:
    with pytest.raises(AirflowRuntimeError):
        failing(AirflowRuntimeError(ErrorResponse()))


def test_an_unavailable_service_is_retried_for_at_least_two_hours() -> None:
    delay, longest = RETRIES["retry_delay"], RETRIES["max_retry_delay"]
    waits = [min(delay * 2**attempt, longest) for attempt in range(RETRIES["retries"])]
    assert RETRIES["retry_exponential_backoff"]
    assert sum(waits, start=dt.timedelta()) >= dt.timedelta(hours=2)
