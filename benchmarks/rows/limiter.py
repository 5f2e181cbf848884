"""Measure how much of WHOOP's rate limit a backfill uses, and whether WHOOP ever answers 429."""

import threading
import time

import requests

from benchmarks.result import Row
from benchmarks.setup import enrol, fresh_warehouse, plan, sandbox
from wearables.pipeline.extract import extract

PER_MINUTE = 600
ATHLETES, DAYS = 40, 365
TARGET = 0.95


def run(quick: bool) -> list[Row]:
    """Return one row. Takes several minutes, because the limit is per minute."""
    minutes = 2 if quick else 5
    with fresh_warehouse(), sandbox(ATHLETES, DAYS, PER_MINUTE) as url:
        enrol(url)
        integration, run_id, chunks = plan(DAYS)
        # Wait until the requests of the enrolment no longer count towards the limit.
        time.sleep(61)
        before = len(requests.get(f"{url}/sandbox/requests", timeout=60).json())
        worker = threading.Thread(target=_backfill, args=(integration, run_id, chunks), daemon=True)
        worker.start()
        started = time.monotonic()
        # Stop just before a full minute, so that the requests at the start of the next one are not counted.
        time.sleep(minutes * 60 - 1)
        answers = requests.get(f"{url}/sandbox/requests", timeout=60).json()[before:]
        elapsed = time.monotonic() - started
    used = len(answers) / (PER_MINUTE * (elapsed + 1) / 60)
    rejected = sum(answer["status"] == 429 for answer in answers)
    return [
        Row(
            f"limiter: backfill of {ATHLETES} athletes at {PER_MINUTE} requests a minute, {minutes} minutes",
            "the limit itself",
            f">= {TARGET:.0%}, no 429",
            f"{used:.1%}, {rejected} times 429",
            used >= TARGET and not rejected,
        )
    ]


def _backfill(integration: object, run_id: str, chunks: list) -> None:
    for chunk in chunks:
        extract(integration, run_id, chunk)  # type: ignore[arg-type]
