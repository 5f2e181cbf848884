"""Survey questions: a team sees answers only to the questions that its integration file lists."""

import logging

from sqlalchemy import Connection

from wearables.core.integrations import Integration
from wearables.core.slug import slug
from wearables.core.warehouse import run_sql

log = logging.getLogger(__name__)

PREFIX = "survey."


def listed(integration: Integration) -> dict[str, str]:
    """Return the questions that the file lists, by slug."""
    return {slug(question): " ".join(question.split()) for question in integration.survey_questions}


def remove_unlisted(connection: Connection, integration: Integration) -> None:
    """Delete the answers to every question that the file does not list, or no longer lists."""
    slugs = listed(integration).keys()
    stored = set(run_sql(connection, "pipeline/survey/slugs", integration=integration.name).scalars())
    if stored <= slugs:
        return
    run_sql(
        connection,
        "pipeline/survey/delete_unlisted",
        integration=integration.name,
        slugs=sorted(slugs),
        metrics=[PREFIX + name for name in sorted(slugs)],
    )
    log.info("deleted the answers to %d question(s) that are no longer listed", len(stored - slugs))
