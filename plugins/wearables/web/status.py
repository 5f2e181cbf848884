"""The status of integrations: file, connection, DAG, last pull, athletes and request budget."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.core.integration_files import integration_files
from wearables.core.integrations import Integration, read_integration
from wearables.core.pools import require_pool
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.core.windows import TimeRange, chunks, first_instant
from wearables.web import airflow_state
from wearables.web.connections import ConnectionFacts, read_connections
from wearables.whoop.budget_usage import DEFAULT_LIMITS, BudgetUsage, read_usage
from wearables.whoop.estimate import Estimate, estimate_for_all

WITHOUT_GRANT = {"none", "offboarded"}


@dataclass(frozen=True)
class LastPull:
    """The newest run of an integration. ``records`` is None until the run is planned."""

    run_id: str
    state: str
    started_at: dt.datetime | None
    records: int | None

    @property
    def is_active(self) -> bool:
        """Whether the run has not ended yet."""
        return self.state in airflow_state.ACTIVE_STATES


@dataclass(frozen=True)
class IntegrationStatus:
    """Everything that the pages show of one integration.

    If its file is invalid, ``problem`` says why; ``pool_problem`` says that its pool does not exist.
    """

    name: str
    integration: Integration | None = None
    problem: str = ""
    pool_problem: str = ""
    connection: ConnectionFacts | None = None
    dag: DagModel | None = None
    last_pull: LastPull | None = None
    athletes: dict[str, int] = field(default_factory=dict)
    budget: BudgetUsage = field(default_factory=BudgetUsage)

    @property
    def slots(self) -> int:
        """The number of used member slots: one for each stored grant, even if it no longer works."""
        return sum(count for state, count in self.athletes.items() if state not in WITHOUT_GRANT)

    @property
    def first_pull(self) -> Estimate:
        """The requests and the time of one athlete's first scheduled pull, which reaches back to ``start_date``."""
        assert self.integration is not None
        now = dt.datetime.now(dt.UTC)
        start = first_instant(self.integration.start_date, now, self.integration.lookback_days, self.integration.zone)
        pieces = chunks(TimeRange(min(start, now), now), self.integration.chunk_days, self.integration.zone)
        limits = self.budget.allowed or DEFAULT_LIMITS
        return estimate_for_all(pieces, 1, self.integration.collections, limits, self.budget.used)

    @property
    def is_changing(self) -> bool:
        """Whether the status is about to change, so that the page must refresh."""
        return self.integration is not None and (self.dag is None or bool(self.last_pull and self.last_pull.is_active))


def read_status(session: Session, path: Path) -> IntegrationStatus:
    """Return the status of one integration file."""
    return read_statuses(session, [path])[0]


def read_statuses(session: Session, paths: Sequence[Path]) -> list[IntegrationStatus]:
    """Return the status of each file's integration, in order. Raises PermanentError if migrations are pending."""
    integrations, problems = _read_files(paths)
    facts = read_connections(session, [each.connection for each in integrations.values()])
    dags = airflow_state.dags(session, integrations)
    runs = airflow_state.newest_runs(session, integrations)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        counts = _athlete_counts(connection, integrations)
        pulls = _last_pulls(connection, runs)
        budgets = read_usage(connection, [each.client_key for each in facts.values()])

    def status(name: str) -> IntegrationStatus:
        integration = integrations.get(name)
        if integration is None:
            return IntegrationStatus(name, problem=problems[name])
        connection = facts[integration.connection]
        return IntegrationStatus(
            name,
            integration,
            pool_problem=_pool_problem(session, integration),
            connection=connection,
            dag=dags.get(name),
            last_pull=pulls.get(name),
            athletes=counts.get(name, {}),
            budget=budgets.get(connection.client_key, BudgetUsage()),
        )

    return [status(path.stem) for path in paths]


def find_file(name: str) -> Path:
    """Return the file of an integration. Raises LookupError if there is none."""
    for path in integration_files():
        if path.stem == name:
            return path
    raise LookupError(name)


def _read_files(paths: Sequence[Path]) -> tuple[dict[str, Integration], dict[str, str]]:
    integrations, problems = {}, {}
    for path in paths:
        try:
            integrations[path.stem] = read_integration(path)
        except PermanentError as reason:
            problems[path.stem] = str(reason)
    return integrations, problems


def _pool_problem(session: Session, integration: Integration) -> str:
    try:
        require_pool(integration, session)
    except PermanentError as problem:
        return str(problem)
    return ""


def _athlete_counts(connection: Connection, names: Iterable[str]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in run_sql(connection, "web/pages/athlete_counts", integrations=list(names)):
        counts[row.integration][row.grant_state] = row.athletes
    return counts


def _last_pulls(connection: Connection, runs: Mapping[str, DagRun]) -> dict[str, LastPull]:
    run_ids = [run.run_id for run in runs.values()]
    rows = run_sql(connection, "web/pages/runs", integrations=list(runs), run_ids=run_ids)
    records = {row.integration: row.records for row in rows}
    return {
        name: LastPull(run.run_id, str(run.state), run.start_date or run.queued_at, records.get(name))
        for name, run in runs.items()
    }
