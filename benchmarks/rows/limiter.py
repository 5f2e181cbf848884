"""Measure how much of WHOOP's rate limit a backfill uses, and whether WHOOP ever answers 429."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context

import requests

from benchmarks.result import Row
from benchmarks.setup import UNLIMITED, enrol, fresh_warehouse, plan, run_step, sandbox
from wearables.core.integrations import DEFAULT_TASKS_AT_ONCE

ATHLETES = 40
TARGET = 0.95


def run(quick: bool) -> list[Row]:
    """Return two rows: quick answers, and answers as slow as WHOOP's. It takes minutes: the limit is per minute."""
    return [
        _measure(per_minute=600, days=730, minutes=2 if quick else 3),
        _measure(per_minute=1000, days=730, minutes=2 if quick else 3, answer_seconds=0.2),
    ]


def _measure(per_minute: int, days: int, minutes: int, answer_seconds: float = 0) -> Row:
    with fresh_warehouse(), sandbox(ATHLETES, days, per_minute) as url:
        enrol(url)
        planned = plan(days)
        slowly = {"kind": "slow", "times": UNLIMITED, "seconds": answer_seconds}
        requests.post(f"{url}/sandbox/faults", json=slowly, timeout=30).raise_for_status()
        # Wait until the requests of the enrolment no longer count towards the limit.
        time.sleep(61)
        before = len(_answers(url))
        with _extracting(*planned):
            while len(_answers(url)) == before:
                time.sleep(0.02)
            started = time.monotonic()
            # Stop just before a full minute, so that the requests at the start of the next one are not counted.
            time.sleep(minutes * 60 - 1)
            answers = _answers(url)[before:]
            elapsed = time.monotonic() - started
    used = len(answers) / (per_minute * (elapsed + 1) / 60)
    rejected = sum(answer["status"] == 429 for answer in answers)
    pace = f", {answer_seconds * 1000:.0f} ms an answer" if answer_seconds else ""
    return Row(
        f"limiter: backfill of {ATHLETES} athletes at {per_minute:,} requests a minute{pace}, {minutes} minutes",
        "the limit itself",
        f">= {TARGET:.0%}, no 429",
        f"{used:.1%}, {rejected} times 429",
        used >= TARGET and not rejected,
        f"measured once; {DEFAULT_TASKS_AT_ONCE} extract tasks at once, the default",
    )


@contextmanager
def _extracting(integration: object, run_id: str, batches: list) -> Iterator[None]:
    """Extract as a DAG does by default: several tasks at once, each in its own process. Stop them at the end."""
    spawn = get_context("spawn")
    shares = [batches[number::DEFAULT_TASKS_AT_ONCE] for number in range(DEFAULT_TASKS_AT_ONCE)]
    tasks = [spawn.Process(target=run_step, args=("extract", integration, run_id, share)) for share in shares]
    for task in tasks:
        task.start()
    try:
        yield
        assert all(task.is_alive() for task in tasks), "extract has ended before the measurement"
    finally:
        for task in tasks:
            task.terminate()
            task.join()


def _answers(url: str) -> list[dict]:
    return requests.get(f"{url}/sandbox/requests", timeout=60).json()
