"""The tasks of whoop_export: what Airflow runs, around the steps that do the work."""

from dataclasses import asdict
from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException

from wearables.core.errors import RunFailed
from wearables.core.integrations import load_integration
from wearables.pipeline.tasks import RETRIES, log_user_errors

INTEGRATION_AND_ATHLETE = "{{ task.op_kwargs['export']['integration'] }} {{ task.op_kwargs['export']['athlete_id'] }}"
REFUSALS = "refusals"
Import = dict[str, Any]


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def validate(dag_run: Any = None, params: Any = None, ti: Any = None) -> list[Import]:
    """Read each export to its end; return those to import, and push a sentence for each that is refused."""
    from wearables.whoop_export.request import judge

    verdict = judge({**dict(params), **(dag_run.conf or {})}, dag_run.run_id)
    if not verdict.imports:
        raise AirflowSkipException("No export is waiting in the drop folders.")
    ti.xcom_push(REFUSALS, verdict.refusals)
    return [asdict(each) for each in verdict.imports]


@task(map_index_template=INTEGRATION_AND_ATHLETE, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def stage(export: Import) -> dict[str, int]:
    """Load one export into raw.records, then delete it from the drop folder."""
    from wearables.whoop_export.source import Import
    from wearables.whoop_export.stage import stage

    return stage(Import(**export))


# An export that failed for good must not keep the others from the warehouse; `check` fails the run for it.
@task(trigger_rule="all_done_min_one_success", show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def transform(imports: list[Import]) -> None:
    """Bring analytics.metrics and the survey up to date with raw.records."""
    from wearables.pipeline.transform import transform

    for export in imports:
        transform(load_integration(export["integration"]), export["run_id"])


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def check(imports: list[Import], refusals: list[str]) -> None:
    """Decide the outcome of the run: it fails if an export was refused or is incomplete."""
    from wearables.pipeline.check import check

    failures = list(refusals)
    for export in imports:
        try:
            check(load_integration(export["integration"]), export["run_id"])
        except RunFailed as failure:
            failures.append(str(failure))
    if failures:
        raise RunFailed(f"{len(failures)} export(s) were not imported; the others were. First: {failures[0]}")
