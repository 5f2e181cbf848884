"""The demo: enrol athletes, pull their data through the real scheduler, and compare the metrics with the sandbox's."""

import datetime as dt
import time
from collections import Counter

from rich.console import Console

from wearables.core.errors import PermanentError, RunFailed
from wearables.core.integrations import load_integration
from wearables_dev.local import demo_athletes, health, keys, report, stack
from wearables_dev.local.airflow_api import AirflowApi
from wearables_dev.local.comparison import Key, comparable_days, compare, expected_values
from wearables_dev.local.demo_athletes import INTEGRATION

DAYS = 60
PULL_SECONDS = 3600
REPEAT_SECONDS = 15
MAX_SENTENCES = 10
TASKS = ("validate", "extract", "stage", "transform", "check")
DONE = {"success", "failed", "skipped", "upstream_failed", "removed"}


def run() -> None:
    """Start everything, pull, and show the result.

    Raises PermanentError if a service does not start, and RunFailed if the pull fails or a metric is wrong.
    """
    stack.up(sandbox=True)
    airflow = AirflowApi(*keys.login())
    airflow.save_connection(demo_athletes.CONNECTION | {"host": stack.sandbox_url()})
    demo_athletes.enrol()
    airflow.wait_for_dag(INTEGRATION)
    first, last = _days()
    run_id = airflow.trigger(INTEGRATION, {"start_date": str(first), "end_date": str(last)})
    stack.say(f"Pulling {first} to {last}")
    stack.say(f"  {_run_url(run_id)}")
    state = follow(airflow, run_id)
    _show(run_id, state, first, last)


def follow(airflow: AirflowApi, run_id: str) -> str:
    """Print the progress of a run until it ends. Return its state. Raises PermanentError after PULL_SECONDS."""
    started = printed_at = time.monotonic()
    printed = ""
    with Console().status("Waiting for the scheduler"):
        while (seconds := time.monotonic() - started) < PULL_SECONDS:
            state = airflow.run_state(INTEGRATION, run_id)
            line = progress(airflow.task_states(INTEGRATION, run_id))
            if line != printed or time.monotonic() - printed_at > REPEAT_SECONDS:
                stack.say(f"  {seconds:4.0f} s  {line}")
                printed, printed_at = line, time.monotonic()
            if state in {"success", "failed"}:
                return state
            time.sleep(0.5)
    raise PermanentError(f"The pull is still running after {PULL_SECONDS} s. Follow it at {_run_url(run_id)}")


def progress(states: list[tuple[str, str]]) -> str:
    """Return one line with the number of finished and of all instances of each task."""
    parts = []
    for task in TASKS:
        counts = Counter(state for name, state in states if name == task)
        finished = sum(count for state, count in counts.items() if state in DONE)
        failed = counts["failed"] + counts["upstream_failed"]
        parts.append(f"{task} {finished}/{counts.total()}" + (f" ({failed} failed)" if failed else ""))
    return "  ".join(parts)


def _show(run_id: str, state: str, first: dt.date, last: dt.date) -> None:
    console = Console(width=110, highlight=False)
    report.print_pull_log(console, INTEGRATION, run_id)
    if state != "success":
        raise RunFailed(f"The pull failed. See the log of the failed task: {_run_url(run_id)}")
    report.print_metrics(console, INTEGRATION)
    _compare(comparable_days(first, last))
    stack.say("")
    stack.say("Ready! Next steps:")
    stack.say(f"  Open Airflow       {stack.ui_line()}")
    stack.say("  Query the metrics  bin/wearables local psql")
    stack.say("  Stop everything    make down")


def _compare(days: tuple[dt.date, dt.date]) -> None:
    expected = expected_values(demo_athletes.ask_sandbox("GET", "/sandbox/expected-metrics"), days)
    rows = report.rows("values", integration=INTEGRATION, first_date=days[0], last_date=days[1])
    found = {Key(row.athlete_id, row.metric_date, row.metric): row.value for row in rows}
    matching, wrong = compare(found, expected)
    for sentence in wrong[:MAX_SENTENCES]:
        stack.say(f"  {sentence}")
    verdict = f"{matching} of {len(expected)} metric values match what the sandbox expects ({days[0]} to {days[1]})."
    if wrong or not expected:
        raise RunFailed(verdict)
    stack.say(verdict)


def _days() -> tuple[dt.date, dt.date]:
    today = load_integration(INTEGRATION).today
    return today - dt.timedelta(days=DAYS - 1), today


def _run_url(run_id: str) -> str:
    return f"{health.base_url()}/dags/{INTEGRATION}/runs/{run_id}"
