"""The demo: everything from consent to metrics, through the real scheduler."""

import datetime as dt
import time
from collections import Counter

from rich.console import Console

from wearables.core.errors import PermanentError, RunFailed
from wearables.core.integrations import load_integration
from wearables.local import health, keys, report, squad, stack
from wearables.local.airflow_api import AirflowApi
from wearables.local.comparison import Key, compare, sure_days, true_values

DAYS = 60
PULL_SECONDS = 900
SAY_EVERY_SECONDS = 15
SENTENCES = 10
TASKS = ("validate", "extract", "stage", "transform", "check")
DONE = {"success", "failed", "skipped", "upstream_failed", "removed"}


def run() -> None:
    """Start everything, pull, show what came of it. Raises PermanentError, or RunFailed when the outcome is not right."""
    stack.up(sandbox=True)
    airflow = AirflowApi(*keys.login())
    airflow.save_connection(squad.CONNECTION | {"host": stack.sandbox_url()})
    squad.enrol()
    airflow.wait_for_dag(squad.INTEGRATION)
    first, last = _days()
    run_id = airflow.trigger(squad.INTEGRATION, {"start_date": str(first), "end_date": str(last)})
    stack.say(f"Pull: {first} to {last}, run {run_id}")
    state = follow(airflow, run_id)
    _show(run_id, state, first, last)


def follow(airflow: AirflowApi, run_id: str) -> str:
    """Tell each change of the run's tasks until it ends; returns its state. Raises PermanentError when it takes too long."""
    started = said = time.monotonic()
    told = ""
    with Console().status("waiting for the scheduler"):
        while (seconds := time.monotonic() - started) < PULL_SECONDS:
            state = airflow.run_state(squad.INTEGRATION, run_id)
            line = progress(airflow.task_states(squad.INTEGRATION, run_id))
            if line != told or time.monotonic() - said > SAY_EVERY_SECONDS:
                stack.say(f"  {seconds:4.0f} s  {line}")
                told, said = line, time.monotonic()
            if state in {"success", "failed"}:
                return state
            time.sleep(0.5)
    raise PermanentError(f"The pull has not ended after {PULL_SECONDS} s; follow it at {_run_url(run_id)}")


def progress(states: list[tuple[str, str]]) -> str:
    """How far each task is, in one line."""
    parts = []
    for task in TASKS:
        counts = Counter(state for name, state in states if name == task)
        finished = sum(count for state, count in counts.items() if state in DONE)
        trouble = counts["failed"] + counts["upstream_failed"]
        parts.append(f"{task} {finished}/{counts.total()}" + (f" ({trouble} failed)" if trouble else ""))
    return "  ".join(parts)


def _show(run_id: str, state: str, first: dt.date, last: dt.date) -> None:
    console = Console(width=110, highlight=False)
    report.print_pull_log(console, squad.INTEGRATION, run_id)
    if state != "success":
        raise RunFailed(f"The pull failed; the red task's log says why: {_run_url(run_id)}")
    report.print_metrics(console, squad.INTEGRATION)
    _compare(sure_days(first, last))
    stack.say(stack.ui_line())
    stack.say(f"This run: {_run_url(run_id)}")


def _compare(days: tuple[dt.date, dt.date]) -> None:
    truth = true_values(squad.ask_sandbox("GET", "/sandbox/truth"), days)
    rows = report.rows("values", integration=squad.INTEGRATION, first_date=days[0], last_date=days[1])
    found = {Key(row.athlete_id, row.metric_date, row.metric): row.value for row in rows}
    agreed, wrong = compare(found, truth)
    for sentence in wrong[:SENTENCES]:
        stack.say(f"  {sentence}")
    verdict = f"{agreed} of {len(truth)} metric values agree with the sandbox's truth ({days[0]} to {days[1]})."
    if wrong or not truth:
        raise RunFailed(verdict)
    stack.say(verdict)


def _days() -> tuple[dt.date, dt.date]:
    today = load_integration(squad.INTEGRATION).today
    return today - dt.timedelta(days=DAYS - 1), today


def _run_url(run_id: str) -> str:
    return f"{health.base_url()}/dags/{squad.INTEGRATION}/runs/{run_id}"
