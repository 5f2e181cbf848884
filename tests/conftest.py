"""Fixtures for all tests: a real PostgreSQL with a new warehouse for each test, the sandbox, an isolated Airflow."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HOME = tempfile.TemporaryDirectory(prefix="wearables-airflow-")


def _isolate() -> None:
    """Keep the developer's own Airflow (connections, databases, integrations) away from the tests."""
    for name in list(os.environ):
        if name.startswith(("AIRFLOW", "_AIRFLOW", "WEARABLES_")):
            del os.environ[name]
    os.environ |= {
        "AIRFLOW_HOME": HOME.name,
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME.name}/airflow.db",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__CORE__FERNET_KEY": "ZmVybmV0IGtleSBvZiB0aGUgdGVzdHMsIDMyIGJ5dGU=",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a test secret long enough to sign tokens",
        "WEARABLES_LANDING": f"file://{HOME.name}/landing",
        "WEARABLES_WHOOP_HOSTS": "api.prod.whoop.com,127.0.0.1",
        "WEARABLES_GRANT_KEYS": "Z3JhbnQga2V5cyBvZiB0aGUgdGVzdHMsIDMyIGJ5dGU=",
    }


# Airflow reads its settings when it is imported, so set the environment first.
_isolate()

import psycopg2  # noqa: E402
import pytest  # noqa: E402
from sqlalchemy import URL, Engine, create_engine  # noqa: E402

from wearables_dev.local import postgres as embedded  # noqa: E402

TEMPLATE = "migrated"
LOADER = "loader"


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """Start a temporary server for each pytest worker. Yield the URL of its database ``postgres``."""
    with embedded.temporary() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres: URL) -> URL:
    """Create a migrated database as a template, because copying it is ten times as fast as migrating."""
    from wearables.core.schema import migrate

    _execute(postgres, f"create database {TEMPLATE}")
    engine = create_engine(postgres.set(database=TEMPLATE))
    migrate(engine)
    engine.dispose()
    _execute(postgres, f"create role {LOADER} login password '{postgres.password}' in role wearables_loader")
    return postgres


@pytest.fixture
def warehouse_engine(migrated_template: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Create a migrated warehouse, and let the connection ``warehouse`` load into it. Yield a superuser's engine."""
    from wearables.core.warehouse import warehouse

    name = "warehouse_under_test"
    _execute(migrated_template, f"create database {name} template {TEMPLATE} strategy file_copy")
    url = migrated_template.set(database=name)
    loader = url.set(drivername="postgres", username=LOADER)
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", loader.render_as_string(hide_password=False))
    warehouse.cache_clear()
    engine = create_engine(url, pool_size=3, pool_pre_ping=True, hide_parameters=True)
    yield engine
    engine.dispose()
    if warehouse.cache_info().currsize:
        warehouse().dispose()
        warehouse.cache_clear()
    _execute(migrated_template, f"drop database {name} with (force)")


@pytest.fixture
def sandbox() -> Iterator[Callable[..., Any]]:
    """Return a factory: ``sandbox(seed=7)`` starts a World with a ``url``. It stops when the test ends."""
    from wearables_dev.sandbox import World, running

    with ExitStack() as stack:
        yield lambda *arguments, **options: stack.enter_context(running(World(*arguments, **options)))


@pytest.fixture
def make_team(
    sandbox: Callable[..., Any], warehouse_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a factory: ``make_team(athletes=2, days=20)`` creates an enrolled Team, connected to its own sandbox.

    ``settings`` are written to the integration file. With ``enrol=False``, no athlete is enrolled.
    """
    from tests.factories import create_team

    def make(settings: dict[str, Any] | None = None, enrol: bool = True, **options: Any) -> Any:
        world = sandbox(**{"per_minute": 100_000, "per_day": 1_000_000, "athletes": 2, "days": 20} | options)
        team = create_team(world, warehouse_engine, tmp_path, monkeypatch, **(settings or {}))
        if enrol:
            team.enrol()
        return team

    return make


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Create Airflow's metadata database, once per session."""
    subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"], env=os.environ, check=True, capture_output=True, timeout=600
    )


@pytest.fixture
def run_dag(airflow_database: None) -> Callable[..., dict[str, Any]]:
    """Return a function that runs the DAG ``team`` and returns the states of the run and, in order, of its tasks."""

    def run(**conf: Any) -> dict[str, Any]:
        from airflow.dag_processing.dagbag import DagBag

        from tests.factories import STEPS

        dag = DagBag(str(ROOT / "dags"), bundle_path=ROOT / "dags", bundle_name="dags-folder").get_dag("team")
        dag_run = dag.test(run_conf=conf, logical_date=None)
        instances = sorted(dag_run.get_task_instances(), key=lambda each: (STEPS.index(each.task_id), each.map_index))
        return {"run": str(dag_run.state), "tasks": [(each.task_id, str(each.state)) for each in instances]}

    return run


def _execute(server: URL, statement: str) -> None:
    """Run a statement outside a transaction."""
    connection = psycopg2.connect(
        host=server.host, port=server.port, user=server.username, password=server.password, dbname=server.database
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()
