"""Create a team of sandbox athletes, enrol them, and pull their data step by step."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from wearables.athletes.enrolment import enrol
from wearables.core.integrations import Integration, load_integration
from wearables.core.warehouse import transaction
from wearables.pipeline.check import check
from wearables.pipeline.extract import extract
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform
from wearables.pipeline.validate import Run, validate
from wearables_dev.sandbox import World

STEPS = ["validate", "extract", "stage", "transform", "check"]
SQL_INJECTION = "x'; drop schema raw cascade; --"
# For property tests: any value that a user can write into YAML or JSON.
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
REPRODUCIBLE = settings(
    deadline=None, derandomize=True, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Team:
    """The integration ``team``, connected to a sandbox."""

    world: World
    engine: Engine
    name: str = "team"
    athlete_ids: list[int] = field(default_factory=list)
    seen_tokens: list[str] = field(default_factory=list)

    @property
    def integration(self) -> Integration:
        return load_integration(self.name)

    def enrol(self) -> None:
        for athlete_id in self.world.athletes:
            enrol(self.name, self.world.consent(athlete_id).refresh_token)
            self.athlete_ids.append(athlete_id)

    def all_days(self) -> dict[str, str]:
        """Return the parameters of a pull that covers the whole history."""
        today = dt.datetime.now(dt.UTC).date()
        return {"start_date": str(today - dt.timedelta(days=self.world.days + 3)), "end_date": str(today)}

    def validate(self, run_id: str | None = None, run_type: str = "manual", **conf: Any) -> tuple[str, list]:
        run_id = run_id or f"{run_type}__{uuid.uuid4()}"
        return run_id, validate(self.integration, Run(run_id, run_type, dt.datetime.now(dt.UTC), conf))

    def pull(self, run_id: str | None = None, **conf: Any) -> dict[str, int]:
        """Run the steps of a pull as the tasks call them. Return the counts of ``check``."""
        run_id, chunks = self.validate(run_id, **conf)
        for chunk in chunks:
            extract(self.integration, run_id, chunk)
            stage(self.integration, run_id, chunk)
        transform(self.integration, run_id)
        return check(self.integration, run_id)

    def rows(self, query: str, *parameters: Any) -> list[tuple]:
        with transaction(self.engine) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query, parameters or None)]

    def snapshot(self) -> dict[str, list[tuple]]:
        """Return all data, including the time of each row's last change."""
        return {
            "records": self.rows("select * from raw.records order by 1, 2, 3, 4, source_updated_at"),
            "metrics": self.rows("select * from analytics.metrics order by 1, 2, 3, 4"),
            "days": self.rows("select * from analytics.cycle_days order by 1, 2, 3"),
        }

    def metrics(self) -> dict[tuple, tuple]:
        rows = self.rows("select athlete_id, metric_date::text, metric, value, is_provisional from analytics.metrics")
        return {row[:3]: row[3:] for row in rows}

    def expected_metrics(self) -> dict[tuple, Any]:
        """Return the metrics that the sandbox expects, comparable with ``metrics()``."""
        return {
            (row["athlete_id"], row["metric_date"], row["metric"]): (
                pytest.approx(row["value"], rel=1e-12),
                row["is_provisional"],
            )
            for row in self.world.expected_metrics
        }


def create_team(world: World, engine: Engine, folder: Path, patch: pytest.MonkeyPatch, **settings: Any) -> Team:
    """Create the integration file and the connection of a team. Enrols nobody."""
    lines = [f"{name}: {value}" for name, value in settings.items()] or ["{}"]
    (folder / "team.yaml").write_text("\n".join(lines))
    patch.setenv("WEARABLES_INTEGRATIONS", str(folder))
    patch.setenv("WEARABLES_LANDING", (folder / "landing").as_uri())
    connect(patch, world.url, world.client_id, world.client_secret)
    return Team(world, engine)


def connect(patch: pytest.MonkeyPatch, url: str, client_id: str, client_secret: str) -> None:
    """Point Airflow's connection ``team`` to a WHOOP server."""
    host = url.replace(":", "%3A").replace("/", "%2F")
    patch.setenv("AIRFLOW_CONN_TEAM", f"whoop://{client_id}:{client_secret}@{host}")


def requested(world: World, **fields: Any) -> list[Mapping[str, Any]]:
    """Return the requests for data whose fields have these values."""
    return [
        each
        for each in world.requests
        if each["path"].startswith("/developer") and all(each[name] == value for name, value in fields.items())
    ]
