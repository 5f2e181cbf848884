"""The tasks of a pull: thin Airflow wrappers around the steps that do the work.

A step is imported only when its task runs, because the DAG processor reads this file for every integration.
"""

import datetime as dt
import functools
import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import Asset, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowRuntimeError

from wearables.core.errors import RetryableError, WearablesError
from wearables.core.integrations import load_integration
from wearables.core.pools import reject_missing_pool
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import Batch, Part

log = logging.getLogger(__name__)

BatchFields = dict[str, str | int]
P = ParamSpec("P")
R = TypeVar("R")

# Retry for at least two hours: after 15 s, 30 s, 1, 2, 4 and 8 minutes, then every 15 minutes.
RETRIES: dict[str, Any] = {
    "retries": 14,
    "retry_delay": dt.timedelta(seconds=15),
    "retry_exponential_backoff": True,
    "max_retry_delay": dt.timedelta(minutes=15),
}
EVEN_IF_SOME_FAILED = "all_done_min_one_success"
# Label a mapped task with its days instead of its number. The batch is the task's second argument.
BATCH_DAYS = (
    "{% set batch = task.op_args[1] %}{{ batch['start'][:10] }} to {{ batch['end'][:10] }}"
    "{% if batch['parts'] > 1 %}, part {{ batch['part'] }} of {{ batch['parts'] }}{% endif %}"
)


def asset(name: str) -> Asset:
    """Return the asset for an integration's data in the warehouse; other DAGs can be scheduled on it."""
    return Asset(f"wearables://{name}")


def log_user_errors(step: Callable[P, R]) -> Callable[P, R]:
    """Log an error that a user can act on in one sentence, and let its class decide whether Airflow retries.

    Callbacks, the UI and the REST API receive the same sentence. A bug fails at once and keeps its traceback. An error
    of Airflow's own API is retried.
    """

    @functools.wraps(step)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except WearablesError as error:
            log.error("%s", error)
            airflow_error = AirflowException if isinstance(error, RetryableError) else AirflowFailException
            raise airflow_error(str(error)) from None
        except (AirflowException, AirflowRuntimeError):
            raise
        except Exception as bug:
            raise AirflowFailException(f"This is a bug: {type(bug).__name__}. Report it with this log.") from bug

    return wrapped


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def validate(name: str, dag_run: Any = None, params: Any = None) -> list[BatchFields]:
    """Reject a run that cannot succeed. Otherwise save its plan and return its batches."""
    from wearables.pipeline.validate import Run, validate

    integration = load_integration(name)
    reject_missing_pool(dag_run.conf)
    batches = validate(
        integration,
        Run(
            run_id=dag_run.run_id,
            run_type=str(getattr(dag_run.run_type, "value", dag_run.run_type)),
            run_after=dag_run.run_after,
            conf={**dict(params), **(dag_run.conf or {})},
        ),
    )
    return [_fields(batch) for batch in batches]


@task(map_index_template=BATCH_DAYS, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def extract(name: str, batch: BatchFields, dag_run: Any = None) -> None:
    """Land the source's answers for one batch."""
    from wearables.pipeline.extract import extract

    extract(load_integration(name), dag_run.run_id, _batch(batch))


# If the source has answered for only some athletes, their answers must still reach the warehouse.
@task(trigger_rule=EVEN_IF_SOME_FAILED, map_index_template=BATCH_DAYS, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def stage(name: str, batch: BatchFields, dag_run: Any = None) -> dict[str, int]:
    """Load the landed answers of one batch into raw.records."""
    from wearables.pipeline.stage import stage
    from wearables.pipeline.transform import transform_before_catch_up

    integration = load_integration(name)
    counts = stage(integration, dag_run.run_id, _batch(batch))
    transform_before_catch_up(integration, dag_run.run_id, _batch(batch))
    return counts


# If one batch fails, the others must still reach the metrics. `check` fails the run.
@task(trigger_rule=EVEN_IF_SOME_FAILED, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def transform(name: str, dag_run: Any = None, outlet_events: Any = None) -> dict[str, int]:
    """Bring analytics.metrics up to date with raw.records; the asset's event carries the counts."""
    from wearables.pipeline.transform import transform, window

    integration = load_integration(name)
    counts = transform(integration, dag_run.run_id)
    outlet_events[asset(name)].extra = {**counts, **window(integration, dag_run.run_id), "run_id": dag_run.run_id}
    return counts


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def check(name: str, dag_run: Any = None, ti: Any = None) -> dict[str, int]:
    """Decide the outcome of the run. If this task was cleared or retried, first pull what is missing."""
    from wearables.pipeline.check import check
    from wearables.pipeline.repair import pull_missing

    integration = load_integration(name)
    if ti.try_number > 1:
        pull_missing(integration, dag_run.run_id)
    return check(integration, dag_run.run_id)


def _fields(batch: Batch) -> BatchFields:
    period = {"start": batch.period.start.isoformat(), "end": batch.period.end.isoformat()}
    return {**batch.chunks, **period, "part": batch.part.number, "parts": batch.part.count}


def _batch(fields: Any) -> Batch:
    period = TimeRange(dt.datetime.fromisoformat(fields["start"]), dt.datetime.fromisoformat(fields["end"]))
    return Batch(fields["first_chunk"], fields["last_chunk"], period, Part(fields["part"], fields["parts"]))
