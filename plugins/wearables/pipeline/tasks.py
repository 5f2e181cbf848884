"""The tasks of a pull: thin Airflow wrappers around the steps that do the work.

A step is imported only when its task runs, because the DAG processor reads this file for every integration.
"""

import datetime as dt
import functools
import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import Asset, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from wearables.core.errors import RetryableError, WearablesError
from wearables.core.integrations import load_integration
from wearables.core.pools import reject_missing_pool
from wearables.core.windows import TimeRange
from wearables.pipeline.batches import EVERYONE, Batch

log = logging.getLogger(__name__)

Chunk = dict[str, str]
P = ParamSpec("P")
R = TypeVar("R")

RETRIES: dict[str, Any] = {"retries": 2, "retry_delay": dt.timedelta(seconds=20)}
# Label a mapped task with its days instead of its number. The chunk is the task's second argument.
CHUNK_DAYS = (
    "{% set chunk = task.op_args[1] %}{{ chunk['start'][:10] }} to {{ chunk['end'][:10] }}"
    "{% if 'batch' in chunk %}, batch {{ chunk['batch'] }} of {{ chunk['batches'] }}{% endif %}"
)


def asset(name: str) -> Asset:
    """Return the asset for an integration's data in the warehouse; other DAGs can be scheduled on it."""
    return Asset(f"wearables://{name}")


def log_user_errors(step: Callable[P, R]) -> Callable[P, R]:
    """Log an error that a user can act on in one sentence, and let its class decide whether Airflow retries.

    Callbacks, the UI and the REST API receive the same sentence. A bug keeps its own exception and traceback.
    """

    @functools.wraps(step)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except WearablesError as error:
            log.error("%s", error)
            airflow_error = AirflowException if isinstance(error, RetryableError) else AirflowFailException
            raise airflow_error(str(error)) from None

    return wrapped


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def validate(name: str, dag_run: Any = None, params: Any = None) -> list[Chunk]:
    """Reject a run that cannot succeed. Otherwise save its plan and return its chunks, split into batches."""
    from wearables.pipeline.validate import Run, batched_chunks, validate

    integration = load_integration(name)
    reject_missing_pool(dag_run.conf)
    plan = validate(
        integration,
        Run(
            run_id=dag_run.run_id,
            run_type=str(getattr(dag_run.run_type, "value", dag_run.run_type)),
            run_after=dag_run.run_after,
            logical_date=dag_run.logical_date,
            conf={**dict(params), **(dag_run.conf or {})},
        ),
    )
    return [_chunk(chunk, batch) for chunk, batch in batched_chunks(integration, plan)]


@task(map_index_template=CHUNK_DAYS, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def extract(name: str, chunk: Chunk, dag_run: Any = None) -> Chunk:
    """Land the source's answers for one chunk; return the chunk."""
    from wearables.pipeline.extract import extract

    extract(load_integration(name), dag_run.run_id, _time_range(chunk), _batch(chunk))
    return chunk


@task(map_index_template=CHUNK_DAYS, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def stage(name: str, chunk: Chunk, dag_run: Any = None) -> dict[str, int]:
    """Load the landed answers of one chunk into raw.records."""
    from wearables.pipeline.stage import stage

    return stage(load_integration(name), dag_run.run_id, _time_range(chunk), _batch(chunk))


# A chunk that failed must not keep the others out of the warehouse. `check` fails the run.
@task(trigger_rule="all_done_min_one_success", show_return_value_in_logs=False, **RETRIES)
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
def check(name: str, dag_run: Any = None) -> dict[str, int]:
    """Decide the outcome of the run."""
    from wearables.pipeline.check import check

    return check(load_integration(name), dag_run.run_id)


def _chunk(time_range: TimeRange, batch: Batch) -> Chunk:
    days = {"start": time_range.start.isoformat(), "end": time_range.end.isoformat()}
    return days if batch == EVERYONE else days | {"batch": str(batch.number), "batches": str(batch.count)}


def _batch(chunk: Chunk) -> Batch:
    return Batch(int(chunk["batch"]), int(chunk["batches"])) if "batch" in chunk else EVERYONE


def _time_range(chunk: Chunk) -> TimeRange:
    return TimeRange(dt.datetime.fromisoformat(chunk["start"]), dt.datetime.fromisoformat(chunk["end"]))
