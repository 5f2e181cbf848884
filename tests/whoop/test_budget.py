"""The request budget: shared, respected before WHOOP answers 429, and a clear error when it is used up."""

import pytest
from sqlalchemy import Engine

from tests.whoop.clock import Clock
from wearables.core.errors import BudgetExhausted
from wearables.core.priority import Priority
from wearables.whoop.budget import Budget, RateLimit, pause_after_429

LIMIT = "100, 100;window=60, 10000;window=86400"


def headers(remaining: int, reset: float, limit: str = LIMIT) -> dict[str, str]:
    return {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(reset)}


def budget(engine: Engine, clock: Clock, client: str = "app", priority: Priority = Priority.CONSENT) -> Budget:
    return Budget(engine, "https://whoop", client, priority, sleep=clock.sleep)


def spend(one: Budget, times: int) -> float:
    return sum(one.spend() for _ in range(times))


def test_a_hundred_requests_are_sent_at_once_and_the_next_waits_for_the_period(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.observe(headers(100, 60))
    assert spend(one, 100) == 0
    assert 50 < one.spend() < 61


def test_everyone_with_the_same_client_id_shares_the_budget(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one, other = budget(warehouse_engine, clock), budget(warehouse_engine, clock)
    one.observe(headers(100, 60))
    assert spend(one, 60) == 0
    one.close()
    assert spend(other, 40) == 0
    assert other.spend() > 0


def test_limits_that_whoop_has_not_reported_hold_back_pulls_but_no_athlete_who_consents(
    warehouse_engine: Engine,
) -> None:
    clock = Clock(warehouse_engine)
    assert spend(budget(warehouse_engine, clock), 160) == 0
    assert budget(warehouse_engine, clock, priority=Priority.ROUTINE).spend() > 0


def test_the_first_number_of_the_limit_says_which_period_whoop_reports_about(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock, priority=Priority.ROUTINE)
    one.observe(headers(99, 61))
    assert one.spend() == 0


def test_another_app_has_its_own_budget(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    assert spend(budget(warehouse_engine, clock), 100) == 0
    assert budget(warehouse_engine, clock, "other").spend() == 0


def test_leased_requests_that_were_not_sent_are_returned(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    for _ in range(97):
        one = budget(warehouse_engine, clock, priority=Priority.ROUTINE)
        one.spend()
        one.close()
    assert clock.slept == []


def test_leased_requests_that_were_not_sent_are_returned_to_what_whoop_reports(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    for sent in range(97):
        one = budget(warehouse_engine, clock, priority=Priority.ROUTINE)
        one.spend()
        one.observe(headers(99 - sent, 60 - sent / 10))
        one.close()
    assert clock.slept == []


def test_what_an_earlier_period_leased_is_not_returned_to_the_new_one(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one, other = (budget(warehouse_engine, clock, priority=Priority.ROUTINE) for _ in range(2))
    one.observe(headers(60, 1))
    one.spend()
    clock.sleep(2)
    other.observe(headers(5, 60))
    one.close()
    assert spend(budget(warehouse_engine, clock, priority=Priority.ROUTINE), 2) == 0
    assert budget(warehouse_engine, clock, priority=Priority.ROUTINE).spend() > 50


def test_requests_wait_for_a_budget_that_whoop_reports_as_used_up(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.spend()
    one.observe(headers(0, 30))
    one.close()
    assert 29 < budget(warehouse_engine, clock).spend() <= 30


def test_limits_reported_by_whoop_replace_the_defaults(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.spend()
    one.observe(headers(4, 60, "5, 5;window=60"))
    one.close()
    again = budget(warehouse_engine, clock)
    assert spend(again, 4) == 0
    assert again.spend() > 0


def test_after_a_429_nobody_sends_a_request_until_the_pause_is_over(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    budget(warehouse_engine, clock).pause(20)
    assert 19 < budget(warehouse_engine, clock).spend() <= 20


def test_an_exhausted_daily_budget_is_an_error_that_names_the_time_of_its_reset(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.pause(5 * 3600)
    with pytest.raises(BudgetExhausted, match=r"used up until \d{4}-\d\d-\d\d \d\d:\d\d UTC"):
        one.spend()
    assert clock.slept == []


def test_rate_limit_headers_are_parsed_as_whoop_writes_them() -> None:
    assert RateLimit.from_headers(headers(98, 3)) == RateLimit(98, 3.0, {"60": 100, "86400": 10000}, 100)


@pytest.mark.parametrize("broken", [{}, {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "3"}])
def test_missing_or_invalid_headers_are_ignored(broken: dict) -> None:
    assert RateLimit.from_headers(broken) is None


@pytest.mark.parametrize(
    ("answered", "seconds"),
    [
        ({"X-RateLimit-Reset": "3", "Retry-After": "7"}, 3),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}, 60),
        ({}, 60),
    ],
)
def test_the_pause_after_a_429_is_its_reset_else_retry_after_else_a_minute(answered: dict, seconds: float) -> None:
    assert pause_after_429(answered) == seconds
