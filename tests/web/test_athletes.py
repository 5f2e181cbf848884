"""The page Athletes: what athletes do not share, and consents that are not complete."""

from typing import Any

from click.testing import CliRunner

from tests.web.conftest import Visitor
from wearables.athletes.consent.invites import create_invite
from wearables.athletes.enrolment import enrol
from wearables.cli.athletes import athletes

SHARED = ["read:cycles", "read:recovery", "read:workout", "read:profile", "offline"]


def listed() -> Any:
    return CliRunner().invoke(athletes, ["team"])


def test_a_declined_collection_is_listed_with_its_athlete(admin: Visitor, team: Any) -> None:
    athlete_id = team.athlete_ids[0]
    enrol("team", team.world.consent(athlete_id, SHARED).refresh_token)
    assert admin.get("/integrations/team/athletes").text.count("Not shared: sleep") == 1
    lines = [line for line in listed().stdout.splitlines() if "Not shared: sleep." in line]
    assert [line.split()[0] for line in lines] == [str(athlete_id)]


def test_an_answer_that_waits_or_was_refused_is_shown_with_its_problem(admin: Visitor, team: Any) -> None:
    create_invite("team", "<b>coach</b>")
    kept = "update vault.invites set answered_at = now(), due_at = now(), code = %s, problem = %s returning 1"
    team.rows(kept, b"code", "WHOOP is down.")
    page = admin.get("/integrations/team/athletes").text
    assert "The enrolment is being attempted again. WHOOP is down." in page
    assert "<b>coach" not in page
    assert "WHOOP is down." in listed().stderr
    team.rows("update vault.invites set code = null, problem = 'Refused: too old.' returning 1")
    assert "but nobody was enrolled. Refused: too old." in admin.get("/integrations/team/athletes").text
