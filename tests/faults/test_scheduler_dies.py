"""The scheduler is killed during a real pull: supervisor restarts it, and nothing is lost."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from wearables_dev.local import isolated_stack

# Kill the scheduler after these lines of the demo: after the run was triggered, and before its chunks are pulled.
KILL_AFTER = ("Pulling ", "validate 1/1")
# Detect a dead scheduler within seconds instead of minutes.
FAST_DETECTION = {
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
}
PID = """
import psutil
from wearables_dev.local.services import program
print(psutil.Process(program("scheduler").pid).children()[0].pid)
"""


def test_the_scheduler_is_killed_twice_during_a_pull(tmp_path: Path, record_property: Callable) -> None:
    record_property("fault", "the scheduler gets SIGKILL, twice")
    settings = isolated_stack.environment(tmp_path) | FAST_DETECTION
    remaining, lines = list(KILL_AFTER), []
    with isolated_stack.cleaned(settings):
        # The demo exits with 0 only if every metric in the warehouse equals the one that the sandbox expects.
        demo = isolated_stack.run(settings, "-m", "wearables", "local", "demo", stdout=subprocess.PIPE)
        assert demo.stdout
        for line in demo.stdout:
            lines.append(line)
            if remaining and remaining[0] in line:
                remaining.pop(0)
                child = isolated_stack.run(settings, "-c", PID, stdout=subprocess.PIPE)
                os.kill(int(child.communicate()[0]), signal.SIGKILL)
        assert (demo.wait(), remaining) == (0, []), "".join(lines)
    record_property("rows lost", 0)
    record_property("duplicate rows", 0)
    record_property("requests wasted", 0)
