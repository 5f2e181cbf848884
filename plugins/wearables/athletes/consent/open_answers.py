"""Describe to the team's staff the answers that have not led to an enrolment."""

from sqlalchemy import Row


def describe_answer(row: Row) -> str:
    """Return a short description of a row of ``athletes/consent/open``."""
    whose = f"athlete {row.athlete_id}" if row.athlete_id else "any athlete"
    created = f"The invitation for {whose} that {row.created_by} created at {row.created_at:%Y-%m-%d %H:%M} UTC"
    answered = f"{created} was answered at {row.answered_at:%Y-%m-%d %H:%M} UTC"
    if row.is_kept:
        return f"{answered}. The enrolment is being attempted again. {row.problem or ''}".strip()
    return f"{answered}, but nobody was enrolled. {row.problem} The same link can be used again."
