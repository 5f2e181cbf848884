"""A DAG for every file in include/integrations: one team's data, from its source to analytics.metrics.

validate -> extract (mapped) -> stage (mapped) -> transform -> check

A mapped task pulls a batch: as many chunks (of at most 28 days) as fit into ten minutes of the rate limit. For a large
team, `athletes_per_task` in the integration file splits each chunk into several tasks.

A scheduled run requests, for each athlete and collection, what no complete answer covers yet. To pull a past period of
any length, trigger one run with both dates. Backfills are not allowed, because they would start a run for each
scheduled time.
"""

from typing import Any

from airflow.sdk import DAG, Param, get_parsing_context, task_group
from airflow.timetables.trigger import CronTriggerTimetable

from wearables.core.integrations import Integration, integrations_to_declare
from wearables.core.sources import SOURCES
from wearables.pipeline.tasks import BatchFields, asset, check, extract, stage, transform, validate

RUN_TYPES: Any = ["scheduled", "manual", "asset_triggered", "operator_triggered"]


def params(integration: Integration) -> dict[str, Param]:
    """Return the parameters of a run, which Airflow shows as a form."""
    return {
        "start_date": Param(
            None,
            type=["null", "string"],
            format="date",
            title="First day",
            description="In the integration's time zone. Leave both days empty for the previous 24 hours.",
        ),
        "end_date": Param(None, type=["null", "string"], format="date", title="Last day", description="Inclusive."),
        "athletes": Param(
            None,
            type=["null", "array"],
            title="Athletes",
            description="Athlete ids, one per line. Leave empty for all athletes.",
        ),
        "collections": Param(
            None,
            type=["null", "array"],
            examples=list(SOURCES[integration.source].collections),
            title="Collections",
            description="Leave empty for those in the integration's file.",
        ),
    }


def schedule(integration: Integration) -> CronTriggerTimetable | str | None:
    """Return the schedule in the integration's time zone. A new integration waits for its first scheduled time."""
    if integration.schedule in {None, "@once"}:
        return integration.schedule
    return CronTriggerTimetable(integration.schedule, timezone=integration.timezone, run_immediately=False)


def declare_dag(integration: Integration, problem: str) -> None:
    """Declare the DAG of one integration; Airflow registers it. If its file is invalid, every run fails."""
    name = integration.name
    limits: dict[str, Any] = {"pool": integration.pool, "max_active_tis_per_dagrun": integration.tasks_at_once}
    with DAG(
        dag_id=name,
        description=problem
        or f"{SOURCES[integration.source].title} data of {name}, from the source to analytics.metrics",
        doc_md=__doc__,
        schedule=schedule(integration),
        # Any day can be pulled, but with a start date, a run before it would succeed without running a task.
        start_date=None,
        catchup=False,
        # One pull of a whole period needs fewer requests than a backfill, which starts a run for each scheduled time.
        allowed_run_types=RUN_TYPES,
        is_paused_upon_creation=False,
        params=params(integration),
        tags=[integration.source, *(["invalid file"] if problem else [])],
    ):

        @task_group(prefix_group_id=False)
        def each_batch(batch: BatchFields) -> None:
            extract.override(**limits)(name, batch) >> stage(name, batch)

        # Other DAGs may be scheduled on the asset: its event is sent once the data are committed.
        loaded = transform.override(outlets=[asset(name)])(name)
        each_batch.expand(batch=validate(name)) >> loaded >> check(name)


# A task parses this file, too. It declares only its own DAG, so that no other team's file can affect it.
for integration, problem in integrations_to_declare(get_parsing_context().dag_id):
    declare_dag(integration, problem)
