"""Faults while athletes consent: each is enrolled once, nobody starts over, and no connection waits for WHOOP."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from urllib3 import HTTPConnectionPool

from tests.athletes.fakes import Browser, states, title
from tests.factories import requested
from wearables.athletes.consent import pages
from wearables.athletes.consent.invites import create_invite
from wearables.athletes.consent.open_answers import describe_answer
from wearables.athletes.consent.result_pages import FOLLOWS
from wearables.athletes.consent.worker import work_off
from wearables.athletes.enrolment import enrol, profile_of
from wearables.athletes.offboarding import offboard
from wearables.core.errors import SourceUnavailable
from wearables.core.priority import Priority
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.whoop import transport
from wearables.whoop.budget import Budget
from wearables.whoop.client import Profile
from wearables.whoop.hook import WhoopHook
from wearables.whoop.oauth import TokenPair

Make = Callable[..., Any]
SQUAD = 80
CONNECTED = "You are connected"
PATIENCE_SECONDS = 90


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LONGEST_BACKOFF_SECONDS", 0)


def answered(team: Any, browser: Browser, athlete_id: int | None = None) -> str:
    """Return the address to which WHOOP sends an athlete who has agreed."""
    return browser.consent(create_invite("team", "coach").url, athlete_id or next(iter(team.world.athletes)))


def exchanges(team: Any) -> list[int]:
    """Return the statuses of the requests to the token endpoint."""
    return [each["status"] for each in team.world.requests if each["path"].endswith("/token")]


def let_time_pass(team: Any) -> None:
    """End the claims of all answers, and the pauses between attempts."""
    team.rows("update vault.invites set due_at = now() where code is not null returning 1")


def is_kept(team: Any) -> bool:
    return team.rows("select count(*) from vault.invites where code is not null") == [(1,)]


def conclude(team: Any, record: Callable, expected: dict[int, str], wasted: int) -> None:
    found = states(team)
    record("rows lost", len(expected.keys() - found.keys()))
    record("duplicate rows", len(found.keys() - expected.keys()))
    record("requests wasted", wasted)
    assert found == expected
    assert team.rows("select count(*) from vault.unclaimed_grants") == [(0,)]
    assert not is_kept(team)


def test_eighty_athletes_consent_at_once(consent: Make, record_property: Callable) -> None:
    record_property("fault", f"{SQUAD} consents at once, each token answer takes 3 s")
    team = consent(athletes=SQUAD, days=1, settings={"member_cap": SQUAD})
    with ExitStack() as stack, ThreadPoolExecutor(SQUAD) as crowd:
        browsers = [stack.enter_context(Browser()) for _ in team.world.athletes]
        addresses = list(crowd.map(lambda *each: answered(team, *each), browsers, team.world.athletes))
        team.world.add_fault("slow", times=SQUAD, collection="token", seconds=3)
        answers = list(crowd.map(lambda browser, address: browser.open(address), browsers, addresses))
    assert {answer.status_code for answer in answers} == {200}
    assert {title(answer) for answer in answers} <= {CONNECTED, FOLLOWS.title}
    wait_until(lambda: len(states(team)) == SQUAD)
    assert exchanges(team) == [200] * SQUAD
    conclude(team, record_property, dict.fromkeys(team.world.athletes, "active"), 0)


def test_whoop_takes_longer_than_an_athlete_should_wait(
    consent: Make, browser: Browser, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_property("fault", "WHOOP takes longer than an athlete should wait")
    monkeypatch.setattr(pages, "LONGEST_WAIT_SECONDS", 0.2)
    team = consent()
    address = answered(team, browser)
    team.world.add_fault("slow", times=1, collection="token", seconds=1)
    assert title(browser.open(address)) == FOLLOWS.title
    wait_until(lambda: bool(states(team)))
    assert exchanges(team) == [200]
    assert title(browser.open(address)) == CONNECTED
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, 0)


def wait_until(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done() and time.monotonic() < deadline:
        time.sleep(0.1)


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Yield a list to which every request to WHOOP adds the number of connections that its thread holds meanwhile."""
    in_use: list[int] = []
    held: Counter[int] = Counter()
    send = HTTPConnectionPool.urlopen

    def count_and_send(self: HTTPConnectionPool, method: str, url: str, *options: Any, **more: Any) -> Any:
        if "/oauth2/token" in url or "/developer/" in url:
            in_use.append(held[threading.get_ident()])
        return send(self, method, url, *options, **more)

    def take(*_: Any) -> None:
        held[threading.get_ident()] += 1

    def give_back(*_: Any) -> None:
        held[threading.get_ident()] -= 1

    pool = warehouse().pool
    event.listen(pool, "checkout", take)
    event.listen(pool, "checkin", give_back)
    with monkeypatch.context() as patch:
        patch.setattr(HTTPConnectionPool, "urlopen", count_and_send)
        yield in_use
    event.remove(pool, "checkout", take)
    event.remove(pool, "checkin", give_back)


def test_no_connection_is_held_while_whoop_is_asked(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = consent(athletes=3)
    first, second, third = team.world.athletes
    address = answered(team, browser, first)
    token = team.world.consent(second).refresh_token
    kept = answered(team, browser, third)
    with watched(monkeypatch) as in_use:
        assert title(browser.open(address)) == CONNECTED
        enrol("team", token)
        team.world.add_fault("status", times=2, collection="token")
        assert title(browser.open(kept)) == FOLLOWS.title
        let_time_pass(team)
        work_off()
        team.world.expire(first)
        team.pull(**team.all_days())
        team.world.expire(first)
        offboard("team", first)
    assert len(states(team)) == 2
    assert len(in_use) > 20
    assert set(in_use) == {0}


OUTAGES = {
    "WHOOP answers a consent with 503": {"kind": "status", "status": 503},
    "WHOOP drops the connection of a consent": {"kind": "status", "status": 502},
    "WHOOP's token endpoint answers 429": {"kind": "rate_limited", "seconds": 30},
    "WHOOP's token answer is not JSON": {"kind": "malformed"},
}


@pytest.mark.parametrize("name", OUTAGES)
def test_a_consent_during_an_outage_is_completed_later(
    consent: Make, browser: Browser, record_property: Callable, name: str
) -> None:
    record_property("fault", name)
    team = consent()
    address = answered(team, browser)
    team.world.add_fault(**OUTAGES[name], times=100, collection="token")
    page = browser.open(address)
    assert (page.status_code, title(page)) == (200, "You're done. Your data will follow.")
    assert "You're done. Your data will follow." in page.text
    assert title(browser.open(address)) == FOLLOWS.title
    assert is_kept(team)
    assert address.partition("code=")[2].partition("&")[0] not in str(team.rows("select invites from vault.invites"))
    team.world.faults.clear()
    team.rows("update ops.request_budgets set remaining = null, consent_until = null returning 1")
    let_time_pass(team)
    work_off()
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, 0)
    assert title(browser.open(address)) == CONNECTED


def test_whoop_is_asked_once_in_an_outage_although_many_answers_wait(consent: Make) -> None:
    team = consent(athletes=3)
    team.world.add_fault("status", times=100, collection="token")
    with ExitStack() as stack:
        for athlete_id in team.world.athletes:
            browser = stack.enter_context(Browser())
            assert title(browser.open(answered(team, browser, athlete_id))) == FOLLOWS.title
    let_time_pass(team)
    before = len(exchanges(team))
    work_off()
    assert len(exchanges(team)) == before + 2  # the two attempts of a single transport
    team.world.faults.clear()
    let_time_pass(team)
    work_off()
    assert states(team) == dict.fromkeys(team.world.athletes, "active")


def test_answers_that_fail_every_time_delay_nobody_else(
    consent: Make, browser: Browser, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_property("fault", "WHOOP does not answer about two of three athletes")
    team = consent(athletes=3)
    *failing, healthy = team.world.athletes
    silent = set(team.world.athletes)

    def profile(hook: WhoopHook, pair: TokenPair) -> Profile:
        found = profile_of(hook, pair)
        if found.user_id in silent:
            raise SourceUnavailable("WHOOP does not answer.")
        return found

    monkeypatch.setattr("wearables.athletes.consent.completion.profile_of", profile)
    for athlete_id in team.world.athletes:
        assert title(browser.open(answered(team, browser, athlete_id))) == FOLLOWS.title
    silent.remove(healthy)
    for _ in range(len(failing) + 1):
        team.rows("update vault.invites set due_at = due_at - interval '20 seconds' where code is not null returning 1")
        work_off()
    assert states(team) == {healthy: "active"}
    silent.clear()
    let_time_pass(team)
    work_off()
    conclude(team, record_property, dict.fromkeys(team.world.athletes, "active"), 0)


@pytest.mark.parametrize("priority", [Priority.ROUTINE, Priority.BULK])
def test_a_pull_has_spent_the_day_s_budget(
    consent: Make, browser: Browser, record_property: Callable, priority: Priority
) -> None:
    record_property("fault", f"{priority} requests have spent the day's budget")
    team = consent(per_day=50)
    address = answered(team, browser)
    with transaction(team.engine) as connection:
        Budget(team.engine, team.world.url, team.world.client_id).observe(
            {"X-RateLimit-Limit": "50;window=86400", "X-RateLimit-Remaining": "50", "X-RateLimit-Reset": "80000"}
        )
        del connection
    pull = Budget(team.engine, team.world.url, team.world.client_id, priority, longest_wait_seconds=0)
    spent = 0
    with pytest.raises(Exception, match="used up until"):
        while spent < 50:
            pull.spend()
            spent += 1
    assert spent == (48 if priority is Priority.ROUTINE else 38)
    assert title(browser.open(address)) == CONNECTED
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, 0)


def test_the_whole_budget_is_spent(consent: Make, browser: Browser, record_property: Callable) -> None:
    record_property("fault", "the day's budget is spent when an athlete consents")
    team = consent()
    address = answered(team, browser)
    Budget(team.engine, team.world.url, team.world.client_id).pause(80_000)
    assert title(browser.open(address)) == FOLLOWS.title
    assert exchanges(team) == []
    team.rows("update ops.request_budgets set remaining = null, consent_until = null returning 1")
    let_time_pass(team)
    work_off()
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, 0)


def test_a_kept_answer_that_whoop_no_longer_accepts_is_refused(
    consent: Make, browser: Browser, record_property: Callable
) -> None:
    record_property("fault", "WHOOP's code expires while WHOOP cannot be asked")
    team = consent()
    url = create_invite("team", "coach").url
    athlete_id = next(iter(team.world.athletes))
    address = browser.consent(url, athlete_id)
    team.world.add_fault("status", times=2, collection="token")
    assert title(browser.open(address)) == FOLLOWS.title
    assert title(browser.open(url)) == FOLLOWS.title
    team.world.grants._codes.clear()
    let_time_pass(team)
    work_off()
    assert states(team) == {}
    assert not is_kept(team)
    with transaction(team.engine) as connection:
        (row,) = run_sql(connection, "athletes/consent/open", integration="team").all()
    assert "nobody was enrolled" in describe_answer(row)
    assert "The same link can be used again." in describe_answer(row)
    assert title(browser.open(address)) == "This address has already been used"
    assert title(browser.accept(url, athlete_id)) == CONNECTED
    conclude(team, record_property, {athlete_id: "active"}, 0)


def test_the_api_server_dies_between_the_exchange_and_the_profile(
    consent: Make, browser: Browser, record_property: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_property("fault", "the api-server dies between WHOOP's token and the profile")
    team = consent()
    address = answered(team, browser)
    with monkeypatch.context() as patch:
        patch.setattr("wearables.athletes.consent.completion.profile_of", _die)
        patch.setattr("wearables.athletes.consent.completion.postpone", lambda *arguments: None)
        browser.open(address)
    assert is_kept(team)
    work_off()
    assert states(team) == {}  # The attempt may still be in progress.
    let_time_pass(team)
    work_off()
    assert exchanges(team) == [200]
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, len(exchanges(team)) - 1)


def _die(*arguments: object) -> None:
    raise RuntimeError


def test_an_answer_is_delivered_twice_at_once(consent: Make, browser: Browser, record_property: Callable) -> None:
    record_property("fault", "WHOOP's answer is delivered twice at once")
    team = consent()
    address = answered(team, browser)
    team.world.add_fault("slow", times=1, collection="token", seconds=1)
    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(browser.open, [address, address]))
    assert sorted(title(answer) for answer in answers) in ([CONNECTED, FOLLOWS.title], [CONNECTED, CONNECTED])
    assert exchanges(team) == [200]
    assert len(requested(team.world)) == 1
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, 0)


@pytest.mark.parametrize("trouble", ["no free connection", "no warehouse"])
def test_a_page_without_the_warehouse_tries_again_by_itself(
    consent: Make, browser: Browser, record_property: Callable, warehouse_engine: Engine, trouble: str
) -> None:
    record_property("fault", f"{trouble} when an athlete comes back from WHOOP")
    team = consent()
    url = create_invite("team", "coach").url
    address = browser.consent(url, next(iter(team.world.athletes)))
    with unavailable(warehouse(), trouble):
        for page in (browser.open(address), browser.open(url)):
            assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
            assert '<meta http-equiv="refresh" content="5">' in page.text
    assert title(browser.open(address)) == CONNECTED
    conclude(team, record_property, {next(iter(team.world.athletes)): "active"}, 0)


@contextmanager
def unavailable(engine: Engine, trouble: str) -> Iterator[None]:
    pool: Any = engine.pool
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        if trouble == "no warehouse":
            engine.dispose()
            patch.setattr(engine.dialect, "connect", lambda *arguments, **options: _refused(engine))
        else:
            for _ in range(pool.size() + pool._max_overflow):
                stack.enter_context(engine.connect())
            patch.setattr(pool, "_timeout", 0.1)
        yield


def _refused(engine: Engine) -> None:
    raise engine.dialect.loaded_dbapi.OperationalError("connection refused")


def test_an_athlete_is_erased_while_their_answer_waits(
    consent: Make, browser: Browser, record_property: Callable
) -> None:
    record_property("fault", "an athlete is erased while their answer waits")
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    browser.open(answered(team, browser))
    team.world.add_fault("status", times=2, collection="token")
    assert title(browser.open(answered(team, browser))) == FOLLOWS.title
    offboard("team", athlete_id, erase=True)
    let_time_pass(team)
    work_off()
    conclude(team, record_property, {}, 0)
    assert team.rows("select count(*) from ops.athletes") == [(0,)]


def test_a_declined_collection_does_not_block_the_consent(
    consent: Make, browser: Browser, record_property: Callable
) -> None:
    record_property("fault", "an athlete does not share a collection")
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    shared = ["read:cycles", "read:recovery", "read:workout", "read:profile", "offline"]
    page = browser.accept(create_invite("team", "coach").url, athlete_id, shared)
    assert title(page) == CONNECTED
    assert "You chose not to share: sleep." in page.text
    assert team.rows("select collections from vault.grants") == [(["cycle", "recovery", "workout"],)]
    reasons = "select distinct collection from analytics.coverage where reason = 'not_granted'"
    assert team.rows(reasons) == [("sleep",)]
    assert team.pull(**team.all_days())["staged"]
    assert "skipped" not in str(team.rows("select distinct state from ops.slices"))
    again = browser.accept(create_invite("team", "coach").url, athlete_id)
    assert title(again) == "Your consent was renewed"
    assert team.rows(reasons) == []
    conclude(team, record_property, {athlete_id: "active"}, 0)
