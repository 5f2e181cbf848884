"""The tasks of whoop_export: what Airflow runs, around the steps that do the work."""

import logging
from dataclasses import asdict
from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException

from wearables.core.errors import RunFailed
from wearables.core.integrations import load_integration
from wearables.pipeline.tasks import AFTER_A_CRASH, told_in_one_sentence

log = logging.getLogger(__name__)

OF_WHOM = "{{ task.op_kwargs['wanted']['integration'] }} {{ task.op_kwargs['wanted']['athlete_id'] }}"
REFUSALS = "refusals"
Import = dict[str, Any]


@task(retries=0, show_return_value_in_logs=False)
@told_in_one_sentence
def validate(dag_run: Any = None, params: Any = None, ti: Any = None) -> list[Import]:
    """Read each export to its end and refuse what will not do; returns what to import, and hands on the refusals."""
    from wearables.whoop_export.request import judge

    verdict = judge({**dict(params), **(dag_run.conf or {})}, dag_run.run_id)
    if not verdict.imports:
        raise AirflowSkipException("Nothing waits in the drop folders.")
    ti.xcom_push(REFUSALS, verdict.refusals)
    return [asdict(each) for each in verdict.imports]


@task(map_index_template=OF_WHOM, show_return_value_in_logs=False, **AFTER_A_CRASH)
@told_in_one_sentence
def stage(wanted: Import) -> dict[str, int]:
    """Bring one export into raw.records."""
    from wearables.whoop_export.stage import stage
    from wearables.whoop_export.validate import Import

    return stage(Import(**wanted))


# One export that failed for good must not keep the others from the warehouse; `check` fails the run for it.
@task(trigger_rule="all_done_min_one_success", show_return_value_in_logs=False, **AFTER_A_CRASH)
@told_in_one_sentence
def transform(imports: list[Import]) -> None:
    """Bring analytics.metrics and the survey up to date with raw.records."""
    from wearables.pipeline.transform import transform

    for wanted in imports:
        transform(load_integration(wanted["integration"]), wanted["run_id"])


@task(retries=0, show_return_value_in_logs=False)
@told_in_one_sentence
def check(imports: list[Import], refusals: list[str]) -> None:
    """Decide the outcome of the run: it fails if one export was refused or not imported whole."""
    from wearables.pipeline.check import check

    failures = list(refusals)
    for wanted in imports:
        try:
            check(load_integration(wanted["integration"]), wanted["run_id"])
        except RunFailed as failure:
            failures.append(str(failure))
    if failures:
        raise RunFailed(f"{len(failures)} export(s) not imported; the others are. First: {failures[0]}")
