"""What a task does with an error: its class decides whether Airflow retries, and its sentence reaches Airflow."""

import logging

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

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
from wearables.pipeline.tasks import log_user_errors

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


def test_a_bug_keeps_its_own_exception() -> None:
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())
