"""Enrol the sandbox's athletes in the demo integration."""

from typing import Any

from wearables.core.errors import PermanentError
from wearables_dev.local import services
from wearables_dev.local.health import ask, session
from wearables_dev.local.paths import LOCAL
from wearables_dev.local.stack import sandbox_url, say

INTEGRATION = "whoop_demo"
CONNECTION = {
    "connection_id": INTEGRATION,
    "conn_type": "whoop",
    "login": "sandbox-client",
    "password": "sandbox-secret",
}
# Records with which sandbox process the athletes were enrolled: a process loses its grants when it stops.
ENROLLED_IN = LOCAL / "sandbox-enrolment"


def ask_sandbox(method: str, path: str) -> Any:
    """Return the sandbox's JSON answer. Raises PermanentError if it is an error."""
    with session() as http:
        answer = ask(http, method, sandbox_url() + path)
    if not answer.ok:
        raise PermanentError(
            f"The sandbox answered {method} {path} with {answer.status_code}. See {services.log_file('sandbox')}."
        )
    return answer.json()


def enrol() -> None:
    """Enrol every athlete of the sandbox who has no valid grant."""
    from wearables.athletes.enrolment import enrol

    sandbox = services.program("sandbox")
    process = f"{sandbox.pid} {sandbox.started_at}"
    is_known = ENROLLED_IN.exists() and ENROLLED_IN.read_text(encoding="utf-8") == process
    active = _active() if is_known else set()
    athletes = ask_sandbox("GET", "/sandbox/athletes")
    new = [athlete["user_id"] for athlete in athletes if athlete["user_id"] not in active]
    say(f"Enrolling {len(new)} of {len(athletes)} athletes in {INTEGRATION}")
    for athlete_id in new:
        consent = ask_sandbox("POST", f"/sandbox/athletes/{athlete_id}/consent")
        enrolled = enrol(INTEGRATION, consent["refresh_token"])
        say(f"  {enrolled.name} ({enrolled.athlete_id})")
    ENROLLED_IN.write_text(process, encoding="utf-8")


def _active() -> set[int]:
    """Return the athletes whose grant is active."""
    from wearables.core.warehouse import run_sql, transaction, warehouse

    with transaction(warehouse()) as connection:
        roster = run_sql(connection, "whoop/grants/athletes", integration=INTEGRATION).all()
    return {row.athlete_id for row in roster if row.grant_state == "active"}
