"""A DAG for every file in include/integrations: a squad's WHOOP data, from the API to analytics.metrics.

validate -> extract (one per chunk of at most 28 days) -> stage (likewise) -> transform -> check

A large squad may be split: `athletes_per_task` makes each chunk as many tasks as its athletes need.
"""

from typing import Any

from airflow.sdk import DAG, Param, task_group
from airflow.timetables.trigger import CronTriggerTimetable

from wearables.core.integrations import COLLECTIONS, Integration, load_integrations
from wearables.pipeline.tasks import asset, check, extract, stage, transform, validate

PARAMS = {
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
        description="WHOOP user ids, one a line; empty for everyone enrolled.",
    ),
    "collections": Param(
        None,
        type=["null", "array"],
        examples=list(COLLECTIONS),
        title="Collections",
        description="Empty for those of the integration's file.",
    ),
}


def schedule(integration: Integration) -> CronTriggerTimetable | str | None:
    """When an integration pulls by itself: on its own clock, and not the moment its file appears."""
    if integration.schedule in {None, "@once"}:
        return integration.schedule
    return CronTriggerTimetable(integration.schedule, timezone=integration.timezone, run_immediately=False)


def whoop_dag(integration: Integration) -> None:
    """Declare the DAG of one integration; Airflow finds it by itself."""
    name = integration.name
    pace: dict[str, Any] = {"pool": integration.pool, "max_active_tis_per_dagrun": integration.tasks_at_once}
    with DAG(
        dag_id=name,
        description=f"WHOOP data of {name}, from the API to analytics.metrics",
        doc_md=__doc__,
        schedule=schedule(integration),
        # No start date: a run before it would end green with nothing done, and any day may be pulled.
        start_date=None,
        catchup=False,
        # Two pulls at once would only compete for the same request budget.
        max_active_runs=1,
        is_paused_upon_creation=False,
        params=PARAMS,
        tags=["whoop"],
    ):

        @task_group(prefix_group_id=False)
        def each_chunk(chunk: dict[str, str]) -> None:
            stage(name, extract.override(**pace)(name, chunk))  # type: ignore[arg-type]  # the value comes when it runs

        # Others may schedule their DAGs on the asset: its event comes once the data are committed.
        loaded = transform.override(outlets=[asset(name)])(name)
        each_chunk.expand(chunk=validate(name)) >> loaded >> check(name)


for integration in load_integrations():
    whoop_dag(integration)
