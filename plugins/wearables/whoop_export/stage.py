"""Stage one export with the pipeline's own step, and delete it from the drop folder."""

from wearables.core.integrations import load_integration
from wearables.core.warehouse import transaction, warehouse
from wearables.pipeline.batches import Batch
from wearables.pipeline.plan import chunks_of, read_plan
from wearables.pipeline.stage import stage as stage_batch
from wearables.whoop_export.inbox import discard
from wearables.whoop_export.source import ExportSource, Import


def stage(export: Import) -> dict[str, int]:
    """Stage a validated export and return counts of records.

    Raises PermanentError if the file has changed, ExportRejected if the athlete is no longer enrolled.
    """
    integration = load_integration(export.integration)
    with transaction(warehouse()) as connection:
        plan = read_plan(connection, export.integration, export.run_id)
        (chunk,) = chunks_of(connection, plan)
    batch = Batch(chunk.number, chunk.number, chunk.period)
    counts = stage_batch(integration, export.run_id, batch, source=ExportSource(export))
    discard(export.url)
    return counts
