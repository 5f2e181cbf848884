"""Other accounts on the host cannot read the data, and services know no password that they do not need."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
import pytest
from dotenv import dotenv_values

from tests.faults.records import record_no_loss
from wearables_dev.local import isolated_stack
from wearables_dev.local.databases import PRIVILEGED

# Created by an older version or by hand, with the default umask.
OLD_FILES = ("landing/whoop_demo/old.ndjson.gz", "airflow/logs/old.log", "local/logs/api-server.log")


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A stack in folders that others can read, after a pull through Airflow. Yield its folder and its environment."""
    home = tmp_path_factory.mktemp("stack")
    settings = isolated_stack.environment(home)
    for name in OLD_FILES:
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        path.chmod(0o644)
    for folder in (each for each in home.rglob("*") if each.is_dir()):
        folder.chmod(0o755)
    with isolated_stack.cleaned(settings):
        demo = isolated_stack.run(settings, "-m", "wearables", "local", "demo", stdout=subprocess.PIPE)
        output, _ = demo.communicate()
        assert demo.returncode == 0, output
        yield home, settings


def test_every_file_after_a_pull_is_readable_by_its_owner_only(
    pulled: tuple[Path, dict[str, str]], record_property: Callable
) -> None:
    record_no_loss(record_property, "another account reads landing zone, keys and logs")
    home, _ = pulled
    paths = [path for name in ("landing", "airflow", "local") for path in (home / name, *(home / name).rglob("*"))]
    assert {path.suffix for path in paths} >= {".gz", ".log", ".env"}
    assert [str(path) for path in paths if not path.is_symlink() and path.lstat().st_mode & 0o077] == []


def test_services_know_no_superuser_and_no_owner(
    pulled: tuple[Path, dict[str, str]], record_property: Callable
) -> None:
    record_no_loss(record_property, "a task uses the passwords that its process knows")
    home, settings = pulled
    supervisor = psutil.Process(int((home / "local" / "supervisord.pid").read_text()))
    services = supervisor.children(recursive=True)
    assert len(services) > 5
    for service in services:
        with suppress(psutil.NoSuchProcess):  # a process of a task may have ended
            assert service.environ().keys().isdisjoint(PRIVILEGED), service.pid
    secrets = dotenv_values(home / "local" / "secrets.env")
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=settings["POSTGRES_PORT"],
        dbname="warehouse",
        user="warehouse_owner",
        password=secrets["WAREHOUSE_OWNER_DB_PASSWORD"],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct usename from pg_stat_activity "
            "where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        assert {name for (name,) in cursor} <= {"airflow", "warehouse"}
        cursor.execute("select rolname from pg_roles where rolcanlogin and (rolsuper or rolcreaterole or rolcreatedb)")
        assert cursor.fetchall() == [("postgres",)]
    connection.close()
