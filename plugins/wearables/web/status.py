"""How integrations stand: file, connection, DAG, last pull, athletes and budget, gathered in a handful of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow.models.dag import DagModel
from sqlalchemy import Row
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.core.integrations import Integration, integration_files, read_integration
from wearables.core.schema import require_migrated
from wearables.core.warehouse import run_sql, transaction, warehouse
from wearables.web import airflow_state
from wearables.web.connections import ConnectionFacts, read_connections

WITHOUT_GRANT = {"none", "offboarded"}


@dataclass(frozen=True)
class LastPull:
    """The newest run of an integration; ``records`` is None until it has a plan."""

    run_id: str
    state: str
    began: dt.datetime | None
    records: int | None

    @property
    def is_going(self) -> bool:
        """Whether it is still to end."""
        return self.state in airflow_state.GOING


@dataclass(frozen=True)
class Budget:
    """The request budget of an app: seconds of a window to requests."""

    allowed: dict[int, int] = field(default_factory=dict)
    used: dict[int, int] = field(default_factory=dict)
    paused_until: dt.datetime | None = None


@dataclass(frozen=True)
class Standing:
    """All that the pages tell of one integration. Where its file is refused, ``fault`` says why."""

    name: str
    integration: Integration | None
    fault: str
    connection: ConnectionFacts | None
    dag: DagModel | None
    last_pull: LastPull | None
    athletes: dict[str, int]
    budget: Budget

    @property
    def slots(self) -> int:
        """Member slots of the app that are used: one for each grant, alive or not."""
        return sum(count for state, count in self.athletes.items() if state not in WITHOUT_GRANT)

    @property
    def is_settling(self) -> bool:
        """Whether the page should look again soon."""
        return self.integration is not None and (self.dag is None or bool(self.last_pull and self.last_pull.is_going))


def standing(session: Session, path: Path) -> Standing:
    """One integration."""
    return standings(session, [path])[0]


def standings(session: Session, paths: Sequence[Path]) -> list[Standing]:
    """Many, in the order of their files. Raises PermanentError when the warehouse cannot be read."""
    sound, faults = _read(paths)
    connections = read_connections(session, [each.connection for each in sound.values()])
    dags = airflow_state.dags(session, sound)
    newest = airflow_state.newest_runs(session, sound)
    with transaction(warehouse()) as connection:
        require_migrated(connection)
        counts = _counts(run_sql(connection, "web/pages/athlete_counts", integrations=list(sound)))
        plans = {
            row.integration: row
            for row in run_sql(
                connection,
                "web/pages/runs",
                integrations=list(newest),
                run_ids=[run.run_id for run in newest.values()],
            )
        }
        budgets = read_budgets(connection, [facts.client_key for facts in connections.values()])
    pulls = {
        name: LastPull(
            run.run_id, str(run.state), run.start_date or run.queued_at, plans[name].records if name in plans else None
        )
        for name, run in newest.items()
    }
    answer = []
    for path in paths:
        name = path.stem
        integration = sound.get(name)
        facts = connections[integration.connection] if integration else None
        answer.append(
            Standing(
                name=name,
                integration=integration,
                fault=faults.get(name, ""),
                connection=facts,
                dag=dags.get(name),
                last_pull=pulls.get(name),
                athletes=counts.get(name, {}),
                budget=budgets.get(facts.client_key, Budget()) if facts else Budget(),
            )
        )
    return answer


def find(name: str) -> Path:
    """The file of an integration. Raises LookupError when there is none."""
    for path in integration_files():
        if path.stem == name:
            return path
    raise LookupError(name)


def read_budgets(connection: Any, client_keys: Sequence[str]) -> dict[str, Budget]:
    """The budgets of apps that have sent a request before."""
    windows: dict[str, list[Row]] = defaultdict(list)
    for row in run_sql(connection, "web/pages/budgets", client_keys=list(client_keys)):
        windows[row.client_key].append(row)
    return {
        key: Budget(
            {row.seconds: row.allowed for row in rows},
            {row.seconds: row.used for row in rows},
            rows[0].paused_until,
        )
        for key, rows in windows.items()
    }


def _read(paths: Sequence[Path]) -> tuple[dict[str, Integration], dict[str, str]]:
    sound, faults = {}, {}
    for path in paths:
        try:
            sound[path.stem] = read_integration(path)
        except PermanentError as reason:
            faults[path.stem] = str(reason)
    return sound, faults


def _counts(rows: Any) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        counts[row.integration][row.grant_state] = row.athletes
    return counts
