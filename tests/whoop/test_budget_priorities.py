"""The priorities of the request budget: consent before scheduled runs, and these before manual pulls and catch-up."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from tests.factories import REPRODUCIBLE
from tests.whoop.clock import Clock
from wearables.core.errors import BudgetExhausted, PermanentError
from wearables.core.priority import Priority
from wearables.core.settings import consent_share
from wearables.core.warehouse import transaction
from wearables.whoop.budget import MARGIN_SECONDS, YIELD_SECONDS, Budget, RateLimit

CONSENT, ROUTINE, BULK = Priority.CONSENT, Priority.ROUTINE, Priority.BULK
LIMITS = {"60": 20, "600": 60}


class MustWait(Exception):
    """The budget would have to wait."""


@dataclass
class App:
    """The budget of one app with small limits. ``sent`` holds the time and priority of every request."""

    engine: Engine
    clock: Clock
    now: float = 0.0
    sent: list[tuple[float, Priority]] = field(default_factory=list)

    def __post_init__(self) -> None:
        with transaction(self.engine) as connection:
            connection.exec_driver_sql("delete from ops.request_leases")
            connection.exec_driver_sql("delete from ops.request_budgets")
        self.budgets = {each: Budget(self.engine, "https://whoop", "app", each, sleep=must_wait) for each in Priority}
        self.budgets[CONSENT].observe(headers(LIMITS))
        self.sleep(61)

    def try_to_send(self, priority: Priority, times: int = 1) -> int:
        """Send up to this many requests, until one would have to wait. Return how many were sent."""
        for count in range(times):
            try:
                self.budgets[priority].spend()
            except (MustWait, BudgetExhausted):
                return count
            self.sent.append((self.now, priority))
        return times

    def sleep(self, seconds: float) -> None:
        for each in self.budgets.values():
            each.close()
        self.clock.sleep(seconds)
        self.now += seconds

    def sent_in_the_last(self, seconds: float, *priorities: Priority) -> int:
        return sum(at > self.now - seconds and each in (priorities or Priority) for at, each in self.sent)


def must_wait(seconds: float) -> None:
    raise MustWait


def headers(limits: dict[str, int]) -> dict[str, str]:
    listed = ", ".join(f"{requests};window={seconds}" for seconds, requests in limits.items())
    return {"X-RateLimit-Limit": listed, "X-RateLimit-Remaining": "20", "X-RateLimit-Reset": "60"}


@pytest.fixture
def make_app(warehouse_engine: Engine) -> Callable[[], App]:
    return lambda: App(warehouse_engine, Clock(warehouse_engine))


STEPS = st.lists(
    st.tuples(st.sampled_from(Priority), st.integers(1, 25)) | st.floats(0.1, 400).map(lambda each: ("sleep", each)),
    max_size=12,
)


@hypothesis_settings(REPRODUCIBLE, max_examples=40)
@given(steps=STEPS)
def test_no_priority_ever_exceeds_the_limit_or_uses_the_share_of_another(make_app: Callable, steps: list) -> None:
    app = make_app()
    for who, amount in steps:
        if who == "sleep":
            app.sleep(amount)
            continue
        app.try_to_send(who, amount)
        for seconds, limit in ((60, 20), (600, 60)):
            # One request of twenty (3 %, at least one) and two of sixty are for consent. Of the longer period, 20 % are
            # for routine.
            for_consent, for_routine = (1, 0) if limit == 20 else (2, 12)
            assert app.sent_in_the_last(seconds) <= limit
            assert app.sent_in_the_last(seconds, ROUTINE, BULK) <= limit - for_consent
            assert app.sent_in_the_last(seconds, BULK) <= limit - for_consent - for_routine


@hypothesis_settings(REPRODUCIBLE, max_examples=30)
@given(order=st.lists(st.sampled_from([ROUTINE, BULK]), min_size=1, max_size=4))
def test_consent_is_served_although_the_others_have_spent_all_they_may(make_app: Callable, order: list) -> None:
    app = make_app()
    for each in order:
        app.try_to_send(each, 100)
    assert app.try_to_send(CONSENT) == 1


def test_a_routine_request_is_served_although_bulk_requests_have_spent_all_they_may(make_app: Callable) -> None:
    app = make_app()
    for expected in (19, 19, 8):
        assert app.try_to_send(BULK, 100) == expected
        app.sleep(60 + MARGIN_SECONDS)
    assert app.try_to_send(ROUTINE, 100) == 12
    assert app.try_to_send(CONSENT, 100) == 2


def test_bulk_requests_leave_the_next_minute_to_a_routine_request_that_waits(make_app: Callable) -> None:
    app = make_app()
    assert app.try_to_send(BULK, 100) == 19
    assert app.try_to_send(ROUTINE) == 0
    app.sleep(60 + MARGIN_SECONDS)
    assert (app.try_to_send(BULK), app.try_to_send(ROUTINE, 100)) == (0, 19)


def test_bulk_requests_wait_while_a_scheduled_run_sends_requests(make_app: Callable) -> None:
    app = make_app()
    assert app.try_to_send(BULK) == 1
    assert app.try_to_send(ROUTINE) == 1
    app.sleep(YIELD_SECONDS - 1)
    assert app.try_to_send(BULK) == 0
    app.sleep(2)
    assert app.try_to_send(BULK) == 1


def test_all_others_wait_while_a_consent_is_refused(make_app: Callable) -> None:
    app = make_app()
    app.try_to_send(CONSENT, 20)
    assert app.try_to_send(CONSENT) == 0
    app.sleep(60 + MARGIN_SECONDS + 1)
    assert (app.try_to_send(ROUTINE), app.try_to_send(BULK), app.try_to_send(CONSENT)) == (0, 0, 1)
    app.sleep(YIELD_SECONDS)
    assert app.try_to_send(ROUTINE) == 1


def test_a_token_is_refreshed_in_a_bulk_pull_although_its_share_is_spent(make_app: Callable) -> None:
    app = make_app()
    app.try_to_send(BULK, 100)
    assert app.budgets[BULK].spend(CONSENT) == 0
    with pytest.raises(MustWait):
        app.budgets[BULK].spend()


def test_the_rest_that_whoop_reports_is_shared_like_the_limit(make_app: Callable) -> None:
    app = make_app()
    app.budgets[CONSENT]._record(RateLimit(remaining=2, reset_seconds=500, limit=60))
    assert (app.try_to_send(BULK), app.try_to_send(ROUTINE), app.try_to_send(CONSENT, 5)) == (0, 0, 2)


def test_an_exhausted_bulk_budget_says_that_it_is_only_a_part(make_app: Callable) -> None:
    app = make_app()
    app.budgets[CONSENT]._record(RateLimit(remaining=10, reset_seconds=5000))
    app.budgets[CONSENT].observe(headers({"86400": 30}) | {"X-RateLimit-Reset": "5000", "X-RateLimit-Remaining": "7"})
    with pytest.raises(BudgetExhausted, match="for manual pulls and catch-up is used up until"):
        app.budgets[BULK].spend()
    assert app.try_to_send(ROUTINE) == 1


def test_a_wait_that_is_longer_than_allowed_is_an_error(warehouse_engine: Engine) -> None:
    Budget(warehouse_engine, "https://whoop", "app").pause(30)
    hurried = Budget(warehouse_engine, "https://whoop", "app", CONSENT, longest_wait_seconds=5, sleep=must_wait)
    with pytest.raises(BudgetExhausted, match="used up until"):
        hurried.spend()


def test_the_share_of_consent_is_configurable(make_app: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_CONSENT_SHARE", "50")
    assert make_app().try_to_send(ROUTINE, 100) == 10


@pytest.mark.parametrize("share", ["0", "51", "-1", "three", "2.5"])
def test_an_invalid_share_is_rejected(monkeypatch: pytest.MonkeyPatch, share: str) -> None:
    monkeypatch.setenv("WEARABLES_CONSENT_SHARE", share)
    with pytest.raises(PermanentError, match="WEARABLES_CONSENT_SHARE must be from 1 to 50"):
        consent_share()
