"""Imports WHOOP's own data exports: history that costs no requests, and answers to the team's survey questions.

validate -> stage (one per export) -> transform -> check

With parameters, a run imports one file of a drop folder. Without them, as on its schedule, it imports every file there:
<landing zone>/<integration>/inbox/exports/<athlete>/<any name>.zip
"""

from typing import Any

from airflow.sdk import DAG, Param
from airflow.timetables.trigger import CronTriggerTimetable

from wearables.core.integration_files import integration_files
from wearables.whoop_export.tasks import REJECTIONS, check, stage, transform, validate

EVERY_TEN_MINUTES = "*/10 * * * *"
PARAMS = {
    "integration": Param(
        None,
        type=["null", "string"],
        examples=[path.stem for path in integration_files()],
        title="Integration",
        description="Leave all three empty to import from the drop folders.",
    ),
    "athlete": Param(None, type=["null", "integer", "string"], title="Athlete", description="WHOOP user id."),
    "file": Param(
        None,
        type=["null", "string"],
        title="File",
        description="Name of a ZIP file in the athlete's drop folder. A file elsewhere is not read.",
    ),
}

with DAG(
    dag_id="whoop_export",
    description="WHOOP's own data exports, from the ZIP to analytics.metrics and analytics.survey_responses",
    doc_md=__doc__,
    schedule=CronTriggerTimetable(EVERY_TEN_MINUTES, timezone="UTC", run_immediately=False),
    start_date=None,
    catchup=False,
    # A run deletes the files that it has imported: no other run may be reading them.
    max_active_runs=1,
    is_paused_upon_creation=False,
    params=PARAMS,
    tags=["whoop"],
):
    imports: Any = validate()
    stage.expand(export=imports) >> transform(imports) >> check(imports, imports[REJECTIONS])
