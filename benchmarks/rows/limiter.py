"""How much of WHOOP's request limit a backfill uses, and whether WHOOP ever had to refuse."""

import threading
import time

import requests

from benchmarks.result import Row
from benchmarks.setup import enrol, fresh_warehouse, plan, sandbox
from wearables.pipeline.extract import extract

PER_MINUTE = 600
ATHLETES, DAYS = 40, 365
TARGET = 0.97


def run(quick: bool) -> list[Row]:
    """One row; takes some minutes, for a minute's limit cannot be seen in less."""
    minutes = 2 if quick else 5
    with fresh_warehouse(), sandbox(ATHLETES, DAYS, PER_MINUTE) as url:
        enrol(url)
        integration, run_id, chunks = plan(DAYS)
        # The minute in which the squad was enrolled does not count.
        time.sleep(61)
        before = len(requests.get(f"{url}/sandbox/requests", timeout=60).json())
        worker = threading.Thread(target=_backfill, args=(integration, run_id, chunks), daemon=True)
        worker.start()
        began = time.monotonic()
        # Not at a full minute: the burst at its beginning would count twice.
        time.sleep(minutes * 60 - 1)
        answers = requests.get(f"{url}/sandbox/requests", timeout=60).json()[before:]
        elapsed = time.monotonic() - began
    used = len(answers) / (PER_MINUTE * (elapsed + 1) / 60)
    refused = sum(answer["status"] == 429 for answer in answers)
    return [
        Row(
            f"limiter: backfill of {ATHLETES} athletes at {PER_MINUTE} a minute, {minutes} minutes",
            "the limit itself",
            f">= {TARGET:.0%}, no 429",
            f"{used:.1%}, {refused} times 429",
            used >= TARGET and not refused,
        )
    ]


def _backfill(integration: object, run_id: str, chunks: list) -> None:
    for chunk in chunks:
        extract(integration, run_id, chunk)  # type: ignore[arg-type]
