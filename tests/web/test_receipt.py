"""The receipt of an erasure says what was deleted and what remains in Airflow."""

from typing import Any

from tests.web.conftest import Visitor


def audit_log() -> str:
    from airflow.models.log import Log
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return " ".join(f"{row.event} {row.extra}" for row in session.scalars(select(Log)))


def test_the_receipt_of_an_erasure_says_what_airflow_keeps(admin: Visitor, team: Any) -> None:
    gone = team.athlete_ids[0]
    team.pull(**team.all_days())
    page = f"/integrations/team/athletes/{gone}/offboard"
    assert "keep the id, but no name and no health value, until you delete them" in admin.get(page).text
    receipt = admin.act(page, page=page, erase="true", typed=str(gone)).text
    assert "raw.records" in receipt
    assert "audit log" in receipt
    assert "does not delete any of these by itself" in receipt
    names = team.world.athletes[gone].profile
    kept = audit_log()
    assert str(gone) in kept
    assert names["last_name"] not in kept
