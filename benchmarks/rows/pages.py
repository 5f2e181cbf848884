"""Measure the response times of the web pages with many integrations and athletes."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

from benchmarks.result import Row, in_turn, seconds
from benchmarks.setup import fresh_warehouse, migrate_airflow, pages_client

INTEGRATIONS, ATHLETES, RUNS = 50, 1000, 20
TARGET_MILLISECONDS = 200
# Athletes with grants, runs, and the slices of the oldest and the newest run.
TEAMS = """
insert into ops.athletes (integration, athlete_id, first_name, last_name)
select 'team_' || team, team * 100000 + athlete, 'Avery', 'Ashdown'
from generate_series(1, %(integrations)s) as team, generate_series(1, %(athletes)s) as athlete;
insert into vault.grants (integration, athlete_id, access_token, refresh_token, expires_at, scopes, state)
select integration, athlete_id, '', '', now(), '', case when athlete_id %% 50 = 0 then 'reconnect' else 'active' end
from ops.athletes;
insert into ops.runs (
    integration, run_id, run_type, window_start, window_end, state, records
)
select 'team_' || team, 'manual__' || run, 'manual', now() - interval '1 day', now(),
    'complete', %(athletes)s * 4
from generate_series(1, %(integrations)s) as team, generate_series(1, %(runs)s) as run;
insert into ops.slices (
    integration, run_id, chunk_number, chunk_start, chunk_end, athlete_id, collection, state, records, new
)
select runs.integration, runs.run_id, 0, runs.window_start, runs.window_end, athlete_id, collection, 'staged', 1, 1
from ops.runs as runs
inner join ops.athletes using (integration)
cross join unnest('{cycle,recovery,sleep,workout}'::text []) as collection
where runs.run_id in ('manual__1', 'manual__' || %(runs)s);
analyze ops.athletes, vault.grants, ops.runs, ops.slices;
"""


def run(quick: bool) -> list[Row]:
    """Return a row for each page with a list."""
    integrations, athletes = (5, 50) if quick else (INTEGRATIONS, ATHLETES)
    _integration_files(integrations)
    migrate_airflow()
    with fresh_warehouse() as engine:
        sizes = {"integrations": integrations, "athletes": athletes, "runs": RUNS}
        with engine.begin() as connection:
            connection.exec_driver_sql(TEAMS, sizes)
        _connections_and_runs(integrations)
        client = pages_client()
        return [
            _row(client, path, f"{what} ({integrations} integrations, {athletes} athletes each)")
            for what, path in (
                ("the list of integrations", "/"),
                ("one integration", "/integrations/team_1"),
                ("the athletes of one integration", "/integrations/team_1/athletes"),
                ("the pull log of one integration", "/integrations/team_1/log"),
            )
        ]


def _row(client: Any, path: str, what: str) -> Row:
    def ask() -> float:
        return seconds(lambda: client.get(path).raise_for_status())

    ask()
    (taken,) = in_turn(ask)
    target = TARGET_MILLISECONDS
    return Row(what, "a noticeable delay", f"<= {target} ms", f"{taken * 1000:.0f} ms", taken * 1000 <= target)


def _integration_files(count: int) -> None:
    folder = Path(os.environ["WEARABLES_INTEGRATIONS"])
    for number in range(1, count + 1):
        (folder / f"team_{number}.yaml").write_text("timezone: Europe/London\n")


def _connections_and_runs(integrations: int) -> None:
    """Create each integration's connection, as the pages save it, and its DAG runs."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunType

    from wearables.web.connections import save_connection
    from wearables.whoop.credentials import Credentials

    now = dt.datetime.now(dt.UTC)
    with create_session() as session:
        for team in range(1, integrations + 1):
            save_connection(session, f"team_{team}", Credentials("https://whoop.example", f"client-{team}", "invented"))
        session.add_all(
            DagRun(
                dag_id=f"team_{team}",
                run_id=f"manual__{number}",
                run_type=DagRunType.MANUAL,
                state="success",
                run_after=now,
                start_date=now,
                queued_at=now,
            )
            for team in range(1, integrations + 1)
            for number in range(1, RUNS + 1)
        )
