"""Pull what is missing in a run whose ``check`` is cleared: for example, after an athlete has consented again."""

import logging

from wearables.core.integrations import Integration
from wearables.core.sources import load_source
from wearables.core.warehouse import transaction, warehouse
from wearables.pipeline.batches import batches
from wearables.pipeline.extract import extract
from wearables.pipeline.plan import chunks_of, read_plan
from wearables.pipeline.slices import replan
from wearables.pipeline.stage import stage
from wearables.pipeline.transform import transform

log = logging.getLogger(__name__)


def pull_missing(integration: Integration, run_id: str) -> None:
    """Extract and stage the slices that were not staged, if their athletes can be asked now, and transform.

    Raises the errors of ``extract``, ``stage`` and ``transform``.
    """
    source = load_source(integration.source)
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, integration.name, run_id)
        replan(connection, plan, source.athletes(connection, integration.name))
        chunks = chunks_of(connection, plan, only_open=True)
    log.info("%d chunk(s) have slices to pull again", len(chunks))
    pace = source.slices_per_minute(integration)
    for batch in batches(chunks, pace, athletes_per_task=None, newest_alone=plan.has_catch_up):
        extract(integration, run_id, batch)
        stage(integration, run_id, batch)
    if chunks:
        transform(integration, run_id)
