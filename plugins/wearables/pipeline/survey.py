"""Which questions of WHOOP's journal the team may see: those its file lists, and no other."""

import logging

from sqlalchemy import Connection

from wearables.core.integrations import Integration
from wearables.core.slug import slug
from wearables.core.warehouse import run_sql

log = logging.getLogger(__name__)

PREFIX = "survey."


def listed(integration: Integration) -> dict[str, str]:
    """The questions on the integration's list, as they are written there, by their slugs."""
    return {slug(question): " ".join(question.split()) for question in integration.survey_questions}


def remove_unlisted(connection: Connection, integration: Integration) -> None:
    """Delete the answers to every question that is not, or no longer, on the list."""
    slugs = listed(integration).keys()
    stored = set(run_sql(connection, "pipeline/survey/slugs", integration=integration.name).scalars())
    if stored <= slugs:
        return
    questions = run_sql(connection, "pipeline/survey/questions", integration=integration.name).scalars()
    run_sql(
        connection,
        "pipeline/survey/unlisted",
        integration=integration.name,
        slugs=sorted(slugs),
        metrics=[PREFIX + name for name in sorted(slugs)],
        questions=[question for question in questions if slug(question) not in slugs],
    )
    log.info("removed the answers to %d question(s) that are off the list", len(stored - slugs))
