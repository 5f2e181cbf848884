"""A pool that does not exist is reported. Without this check, tasks would wait for ever."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.orm import Session

from wearables.core.errors import PermanentError
from wearables.core.integrations import load_integration
from wearables.core.pools import record_missing_pool, reject_missing_pool, require_pool

MISSING = r'^Airflow has no pool "nope", which team uses\. Create it with `bin/airflow pools set'


@pytest.fixture
def session(airflow_database: None) -> Iterator[Session]:
    """Open a transaction of Airflow's database that is rolled back."""
    from airflow import settings

    assert settings.Session is not None
    with settings.Session() as session:
        yield session
        session.rollback()


@pytest.fixture(autouse=True)
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEARABLES_INTEGRATIONS", str(tmp_path))
    (tmp_path / "team.yaml").write_text("pool: nope")


def create_pool(session: Session) -> None:
    from airflow.models.pool import Pool

    session.add(Pool(pool="nope", slots=4, description="", include_deferred=False))
    session.flush()


def test_only_a_pool_that_exists_is_accepted(session: Session, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=MISSING):
        require_pool(load_integration("team"), session)
    create_pool(session)
    require_pool(load_integration("team"), session)
    (tmp_path / "team.yaml").write_text("")
    require_pool(load_integration("team"), session)


def test_a_run_fails_until_its_pool_exists(session: Session) -> None:
    run = SimpleNamespace(dag_id="team", conf={"athletes": [1]})
    record_missing_pool(run, session)
    with pytest.raises(PermanentError, match=MISSING):
        reject_missing_pool(run.conf)
    create_pool(session)
    record_missing_pool(run, session)
    assert run.conf == {"athletes": [1]}
    reject_missing_pool(run.conf)


@pytest.mark.parametrize("dag_id", ["another_dag", "broken", "valid"])
@pytest.mark.parametrize("conf", [None, {}, {"athletes": [1]}])
def test_other_runs_are_not_changed(session: Session, tmp_path: Path, dag_id: str, conf: dict | None) -> None:
    (tmp_path / "broken.yaml").write_text("colour: red")
    (tmp_path / "valid.yaml").write_text("")
    run = SimpleNamespace(dag_id=dag_id, conf=conf)
    record_missing_pool(run, session)
    reject_missing_pool(run.conf)
    assert run.conf == conf
