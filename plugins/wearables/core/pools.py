"""Check that an integration's pool exists. Airflow never starts a task whose pool is missing, and reports no error.

A task cannot list pools, because it has no access to Airflow's database. The scheduler does: when a run starts, it
checks the pool and writes the problem into the configuration of the run. The task ``validate`` then fails with it. The
configuration is the only thing that the scheduler can write and a task receives.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.core.integration_fields import quoted
from wearables.core.integrations import DEFAULT_POOL, Integration, load_integration

PROBLEM = "pool_problem"


def require_pool(integration: Integration, session: Session) -> None:
    """Raise PermanentError if the integration's pool does not exist in Airflow's database."""
    from airflow.models.pool import Pool  # imported late: tasks do not need Airflow's models

    if integration.pool == DEFAULT_POOL or session.scalar(select(Pool.id).where(Pool.pool == integration.pool)):
        return
    raise PermanentError(
        f"Airflow has no pool {quoted(integration.pool)}, which {integration.name} uses. Create it with "
        "`bin/airflow pools set NAME SLOTS DESCRIPTION`, or correct the key `pool` in the integration file."
    )


def reject_missing_pool(conf: Mapping[str, Any] | None) -> None:
    """Raise PermanentError if the configuration of a run says that its pool does not exist."""
    if conf and PROBLEM in conf:
        raise PermanentError(str(conf[PROBLEM]))


def record_missing_pool(dag_run: Any, session: Session) -> None:
    """Write the problem of a run that starts into its configuration, or delete it if the pool exists by now."""
    try:
        integration = load_integration(dag_run.dag_id)
    except PermanentError:
        # Another DAG, or an invalid file, which validate reports.
        return
    conf = {key: value for key, value in (dag_run.conf or {}).items() if key != PROBLEM}
    try:
        require_pool(integration, session)
    except PermanentError as problem:
        conf[PROBLEM] = str(problem)
    if conf != (dag_run.conf or {}):
        dag_run.conf = conf
