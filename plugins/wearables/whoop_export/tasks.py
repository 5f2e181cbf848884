"""The tasks of the DAG whoop_export. Each calls a step that does the work."""

from dataclasses import asdict
from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException

from wearables.core.errors import RunFailed
from wearables.core.integrations import load_integration
from wearables.pipeline.tasks import RETRIES, log_user_errors

INTEGRATION_AND_ATHLETE = "{{ task.op_kwargs['export']['integration'] }} {{ task.op_kwargs['export']['athlete_id'] }}"
REJECTIONS = "rejections"
ImportFields = dict[str, Any]


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def validate(dag_run: Any = None, params: Any = None, ti: Any = None) -> list[ImportFields]:
    """Validate the exports. Return those to import, and push the reason for each that is rejected."""
    from wearables.whoop_export.request import validate_exports

    validated = validate_exports({**dict(params), **(dag_run.conf or {})}, dag_run.run_id)
    if not validated.imports:
        raise AirflowSkipException("No export is waiting in the drop folders.")
    ti.xcom_push(REJECTIONS, validated.rejections)
    return [asdict(each) for each in validated.imports]


@task(map_index_template=INTEGRATION_AND_ATHLETE, show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def stage(export: ImportFields) -> dict[str, int]:
    """Load one export into raw.records, then delete it from the drop folder."""
    from wearables.whoop_export.source import Import
    from wearables.whoop_export.stage import stage

    return stage(Import(**export))


# Transform the other exports even if the task of one has failed. `check` then fails the run.
@task(trigger_rule="all_done_min_one_success", show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def transform(imports: list[ImportFields]) -> None:
    """Update analytics.metrics and the survey responses from raw.records."""
    from wearables.pipeline.transform import transform

    for export in imports:
        transform(load_integration(export["integration"]), export["run_id"])


@task(show_return_value_in_logs=False, **RETRIES)
@log_user_errors
def check(imports: list[ImportFields], rejections: list[str]) -> None:
    """Fail the run if an export was rejected or is incomplete."""
    from wearables.pipeline.check import check

    failures = list(rejections)
    for export in imports:
        try:
            check(load_integration(export["integration"]), export["run_id"])
        except RunFailed as failure:
            failures.append(str(failure))
    if failures:
        raise RunFailed(f"{len(failures)} export(s) were not imported; any others were. First error: {failures[0]}")
