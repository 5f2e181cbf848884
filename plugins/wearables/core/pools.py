"""Check that an integration's pool exists. Airflow never starts a task whose pool does not exist, and says nothing.

A task cannot list pools, because it has no access to Airflow's database. The scheduler has: when a run starts, it
checks the pool and leaves the problem in the note of the run, from which the task ``validate`` fails.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.core.integration_fields import quoted
from wearables.core.integrations import DEFAULT_POOL, Integration, load_integration

PREFIX = "Airflow has no pool "


def require_pool(integration: Integration, session: Session) -> None:
    """Raise PermanentError if the integration's pool does not exist in Airflow's database."""
    from airflow.models.pool import Pool  # imported late: tasks do not need Airflow's models

    if integration.pool == DEFAULT_POOL or session.scalar(select(Pool.id).where(Pool.pool == integration.pool)):
        return
    raise PermanentError(
        f"{PREFIX}{quoted(integration.pool)}, which {integration.name} uses. Create it with "
        "`bin/airflow pools set NAME SLOTS DESCRIPTION`, or correct the key pool in the integration's file."
    )


def reject_missing_pool(note: str | None) -> None:
    """Raise PermanentError if the note of a run says that its pool does not exist."""
    if note and note.startswith(PREFIX):
        raise PermanentError(note)


def note_missing_pool(dag_run: Any, session: Session) -> None:
    """Write the note of a run that starts. If the pool has been created since, delete the note."""
    try:
        require_pool(load_integration(dag_run.dag_id), session)
    except PermanentError as problem:
        # A file that is missing or invalid needs no note: validate reads it, too.
        if str(problem).startswith(PREFIX):
            dag_run.note = str(problem)
        return
    if (dag_run.note or "").startswith(PREFIX):
        dag_run.note = ""
