"""Describe to the team's staff the answers that have not led to an enrolment."""

from sqlalchemy import Row


def describe_answer(row: Row) -> str:
    """Return a short description of a row of ``athletes/consent/open``."""
    whose = f"athlete {row.athlete_id}" if row.athlete_id else "anybody"
    invitation = f"The invitation of {row.created_at:%Y-%m-%d %H:%M} UTC by {row.created_by}, for {whose}"
    answered = f"was answered at {row.answered_at:%Y-%m-%d %H:%M} UTC"
    if row.is_kept:
        return f"{invitation}, {answered}. The enrolment continues by itself. {row.problem or ''}".strip()
    return f"{invitation}, {answered}, without an enrolment. {row.problem} The same link can be used again."
