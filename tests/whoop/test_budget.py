"""The request budget: shared, obeyed before WHOOP has to say no, and clear when a day's is spent."""

import pytest
from sqlalchemy import Engine

from tests.whoop.steps import Clock
from wearables.core.errors import BudgetExhausted
from wearables.whoop.budget import Budget, RateLimit, pause_after_429

LIMIT = "100, 100;window=60, 10000;window=86400"


def headers(remaining: int, reset: float, limit: str = LIMIT) -> dict[str, str]:
    return {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": str(remaining), "X-RateLimit-Reset": str(reset)}


def budget(engine: Engine, clock: Clock, client: str = "app") -> Budget:
    return Budget(engine, "https://whoop", client, sleep=clock.sleep)


def spend(one: Budget, times: int) -> float:
    return sum(one.spend() for _ in range(times))


def test_a_hundred_requests_go_out_at_once_and_the_next_waits_for_the_window(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    assert spend(one, 100) == 0
    assert 50 < one.spend() < 61


def test_everyone_with_the_same_client_id_shares_the_budget(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one, other = budget(warehouse_engine, clock), budget(warehouse_engine, clock)
    assert spend(one, 60) == 0
    one.close()
    assert spend(other, 40) == 0
    assert other.spend() > 0


def test_another_app_has_its_own_budget(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    assert spend(budget(warehouse_engine, clock), 100) == 0
    assert budget(warehouse_engine, clock, "other").spend() == 0


def test_what_was_leased_and_not_sent_is_given_back(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    for _ in range(100):
        one = budget(warehouse_engine, clock)
        one.spend()
        one.close()
    assert clock.slept == []


def test_a_budget_that_whoop_says_is_spent_is_waited_for(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.spend()
    one.observe(headers(0, 30))
    one.close()
    assert 29 < budget(warehouse_engine, clock).spend() <= 30


def test_other_limits_told_by_whoop_replace_the_defaults(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.spend()
    one.observe(headers(4, 60, "5, 5;window=60"))
    one.close()
    again = budget(warehouse_engine, clock)
    assert spend(again, 4) == 0
    assert again.spend() > 0


def test_after_a_429_nobody_asks_until_the_pause_is_over(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    budget(warehouse_engine, clock).pause(20)
    assert 19 < budget(warehouse_engine, clock).spend() <= 20


def test_a_day_without_budget_stops_with_the_time_it_resets(warehouse_engine: Engine) -> None:
    clock = Clock(warehouse_engine)
    one = budget(warehouse_engine, clock)
    one.pause(5 * 3600)
    with pytest.raises(BudgetExhausted, match=r"used up until \d{4}-\d\d-\d\d \d\d:\d\d UTC"):
        one.spend()
    assert clock.slept == []


def test_headers_are_read_as_whoop_writes_them() -> None:
    assert RateLimit.from_headers(headers(98, 3)) == RateLimit(98, 3.0, {"60": 100, "86400": 10000})


@pytest.mark.parametrize("broken", [{}, {"X-RateLimit-Remaining": "many", "X-RateLimit-Reset": "3"}])
def test_missing_or_unreadable_headers_tell_nothing(broken: dict) -> None:
    assert RateLimit.from_headers(broken) is None


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ({"X-RateLimit-Reset": "3", "Retry-After": "7"}, 3),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}, 60),
        ({}, 60),
    ],
)
def test_a_429_is_waited_out_by_reset_then_retry_after_then_a_minute(told: dict, seconds: float) -> None:
    assert pause_after_429(told) == seconds
