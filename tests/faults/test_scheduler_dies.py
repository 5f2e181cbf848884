"""The scheduler is killed in the middle of a real pull: supervisor starts it again, and nothing is lost."""

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from wearables.local import isolated_stack

# When the run has been triggered, and when its chunks are to be pulled.
MOMENTS = ("Pulling ", "validate 1/1")
# What takes minutes to be noticed in production is noticed in seconds.
ATTENTIVE = {
    "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "10",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
}
PID = """
import psutil
from wearables.local.services import program
print(psutil.Process(program("scheduler").pid).children()[0].pid)
"""


def test_the_scheduler_is_killed_twice_in_a_pull(tmp_path: Path, record_property: Callable) -> None:
    record_property("fault", "the scheduler gets SIGKILL, twice")
    settings = isolated_stack.environment(tmp_path) | ATTENTIVE
    moments, lines = list(MOMENTS), []
    with isolated_stack.cleaned(settings):
        # The demo ends well only when every metric in the warehouse is what the sandbox knows to be true.
        demo = isolated_stack.run(settings, "-m", "wearables", "local", "demo", stdout=subprocess.PIPE)
        assert demo.stdout
        for line in demo.stdout:
            lines.append(line)
            if moments and moments[0] in line:
                moments.pop(0)
                found = isolated_stack.run(settings, "-c", PID, stdout=subprocess.PIPE)
                os.kill(int(found.communicate()[0]), signal.SIGKILL)
        assert (demo.wait(), moments) == (0, []), "".join(lines)
    record_property("rows lost", 0)
    record_property("duplicate rows", 0)
    record_property("requests wasted", 0)
