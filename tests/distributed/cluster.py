"""Airflow as if on several hosts: Celery workers that share only the broker, the databases and a bucket."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
from dotenv import dotenv_values
from sqlalchemy import URL

from tests import fakes
from wearables_dev.local import demo_athletes, isolated_stack
from wearables_dev.local.ports import free_port

PASSWORD = "distributed"
ADMIN = '{"admin": "distributed"}'
# Detect lost tasks within seconds instead of minutes.
FAST_DETECTION = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "2",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "5",
}
SANDBOX = "--seed 7 --athletes 6 --days 60 --per-minute 100000 --per-day 1000000"
# Several tasks for a chunk, so that both workers have something to do.
TWO_TASKS_PER_CHUNK = "schedule: null\ntimezone: Europe/London\nathletes_per_task: 3\n"
UP = "from wearables_dev.local import stack; stack.up(sandbox=True)"


def worker_name() -> str:
    """Return the worker's name, which stands for its host name."""
    return os.environ.get("WORKER_NAME", "central")


@dataclass
class Cluster:
    """A running Airflow with Celery workers."""

    settings: dict[str, str]
    home: Path
    bucket: str
    redis: int
    workers: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    @property
    def sandbox(self) -> str:
        """The address of the sandbox."""
        return f"http://127.0.0.1:{self.settings['SANDBOX_PORT']}"

    def database(self, name: str) -> URL:
        """Return the URL of a database on the cluster's server."""
        port = int(self.settings["POSTGRES_PORT"])
        return URL.create("postgres", "postgres", PASSWORD, "127.0.0.1", port, name)

    def rows(self, database: str, query: str) -> list[tuple]:
        """Run a query and return its rows."""
        connection = psycopg2.connect(self.database(database).set(drivername="postgresql").render_as_string(False))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(query)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def add_worker(self, name: str) -> None:
        """Start a worker that has its own folders, as on its own host."""
        home = self.home / name
        home.mkdir()
        own = {
            "WORKER_NAME": name,
            "AIRFLOW_HOME": str(home / "airflow"),
            "WEARABLES_LOCAL": str(home / "local"),
            "TMPDIR": str(home),
        }
        words = ("-m", "airflow", "celery", "worker", "--celery-hostname", name, "--concurrency", "1")
        with (self.home / f"{name}.log").open("w") as log:
            self.workers[name] = isolated_stack.run(
                self._worker_settings() | own,
                *words,
                "--skip-serve-logs",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _worker_settings(self) -> dict[str, str]:
        """Return the settings of a worker, with the same secrets as in docker-compose.yaml."""
        secrets = dotenv_values(self.home / "local" / "secrets.env").keys() - {"WEARABLES_GRANT_KEYS"}
        loader = self.database("warehouse").set(username="warehouse", password=self.settings["WAREHOUSE_DB_PASSWORD"])
        return {name: value for name, value in self.settings.items() if name not in secrets} | {
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{self.home}/none.db",
            "AIRFLOW_CONN_WAREHOUSE": loader.render_as_string(hide_password=False),
        }

    def lose_worker(self, name: str) -> None:
        """Kill the worker and all its tasks, as if its host were lost."""
        # Search by session: each task has its own process group within the worker's session.
        session = self.workers[name].pid
        for pid in [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]:
            try:
                if os.getsid(pid) == session:
                    os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.workers.pop(name).wait()

    def run(self, *words: str, **settings: str) -> None:
        """Run Python with the cluster's settings. It can read Airflow's connections, like the command line."""
        ours = {"_AIRFLOW_PROCESS_CONTEXT": "server"}
        assert isolated_stack.run(self.settings | ours | settings, *words).wait() == 0, words


@contextmanager
def running(home: Path, workers: tuple[str, ...], **own: str) -> Iterator[Cluster]:
    """Run a cluster with these workers and additional settings until the block ends."""
    with ExitStack() as stack:
        bucket = stack.enter_context(fakes.running())
        redis = free_port()
        broker = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(redis), "--save", "", "--dir", str(home)],
            stdout=subprocess.DEVNULL,
        )
        stack.callback(broker.wait)
        stack.callback(broker.terminate)
        settings = _settings(home, redis, bucket) | own
        stack.enter_context(isolated_stack.cleaned(settings))
        cluster = Cluster(settings, home, bucket, redis)
        cluster.run("-c", UP)
        for name in workers:
            cluster.add_worker(name)
        stack.callback(lambda: [cluster.lose_worker(name) for name in list(cluster.workers)])
        yield cluster


def _settings(home: Path, redis: int, bucket: str) -> dict[str, str]:
    settings = isolated_stack.environment(home)
    (home / "local" / "passwords.json").write_text(ADMIN)
    (home / "integrations").mkdir()
    (home / "integrations" / f"{demo_athletes.INTEGRATION}.yaml").write_text(TWO_TASKS_PER_CHUNK)
    # Workers on other hosts get the keys from their environment.
    settings |= {name: value for name, value in dotenv_values(home / "local" / "secrets.env").items() if value}
    return (
        settings
        | FAST_DETECTION
        | fakes.settings(bucket)
        | {
            "POSTGRES_PASSWORD": PASSWORD,
            "WEARABLES_INTEGRATIONS": str(home / "integrations"),
            "SANDBOX_OPTIONS": SANDBOX,
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{settings['AIRFLOW__API__PORT']}",
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK": "True",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(free_port()),
            "AIRFLOW__CORE__HOSTNAME_CALLABLE": "tests.distributed.cluster.worker_name",
            "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{redis}/0",
            "AIRFLOW__CELERY__RESULT_BACKEND": f"redis://127.0.0.1:{redis}/1",
            # Logs in the bucket outlive their worker.
            "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
            "AIRFLOW__LOGGING__REMOTE_BASE_LOG_FOLDER": f"s3://{fakes.BUCKET}/logs",
        }
    )
