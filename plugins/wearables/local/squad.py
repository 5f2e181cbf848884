"""The sandbox's athletes, and their consent."""

from typing import Any

from wearables.core.errors import PermanentError
from wearables.local import services
from wearables.local.health import session
from wearables.local.paths import LOCAL
from wearables.local.stack import sandbox_url, say

INTEGRATION = "whoop_demo"
CONNECTION = {
    "connection_id": INTEGRATION,
    "conn_type": "whoop",
    "login": "sandbox-client",
    "password": "sandbox-secret",
}
# Which start of the sandbox has seen the squad enrolled: it forgets its grants when it stops.
ENROLLED_AT = LOCAL / "sandbox-squad"
TIMEOUT_SECONDS = 30


def ask_sandbox(method: str, path: str) -> Any:
    """What the sandbox answers. Raises PermanentError."""
    with session() as http:
        answer = http.request(method, sandbox_url() + path, timeout=TIMEOUT_SECONDS)
    if not answer.ok:
        raise PermanentError(
            f"The sandbox refuses {method} {path}: {answer.status_code}; see {services.log_file('sandbox')}"
        )
    return answer.json()


def enrol() -> None:
    """Enrol every athlete of the sandbox whose grant it would not accept."""
    from wearables.athletes.enrolment import enroll

    birth = f"{services.program('sandbox').pid} {services.program('sandbox').started_at}"
    is_known = ENROLLED_AT.exists() and ENROLLED_AT.read_text(encoding="utf-8") == birth
    active = _active() if is_known else set()
    athletes = ask_sandbox("GET", "/sandbox/athletes")
    for athlete in athletes:
        if athlete["user_id"] not in active:
            consent = ask_sandbox("POST", f"/sandbox/athletes/{athlete['user_id']}/consent")
            enrolled = enroll(INTEGRATION, consent["refresh_token"])
            say(f"  enrolled {enrolled.name} ({enrolled.athlete_id})")
    ENROLLED_AT.write_text(birth, encoding="utf-8")
    say(f"Squad: {len(athletes)} athletes are enrolled")


def _active() -> set[int]:
    """Athletes whose grant is believed to work."""
    from wearables.core.warehouse import run_sql, transaction, warehouse

    with transaction(warehouse()) as connection:
        roster = run_sql(connection, "whoop/grants/roster", integration=INTEGRATION).all()
    return {row.athlete_id for row in roster if row.grant_state == "active"}
