-- Record that the answers for slices have landed completely, with the counts from their manifests.
-- Grain: one row of ops.slices per manifest.
-- Parameters: integration, run_id; manifests (a JSON array).
-- Inputs: nothing. Outputs: ops.slices.
update ops.slices as slice
set
    state = 'landed',
    pages = answer.pages,
    requests = answer.requests,
    records = answer.records,
    quarantined = answer.rejected,
    waited_seconds = answer.waited_seconds,
    seconds = answer.seconds,
    finished_at = null,
    error = null
from jsonb_to_recordset(%(manifests)s::jsonb) as answer (
    athlete_id bigint, collection text, chunk_start timestamptz, pages integer, requests integer, records integer,
    rejected integer, waited_seconds double precision, seconds double precision
)
where slice.integration = %(integration)s
and slice.run_id = %(run_id)s
and slice.chunk_start = answer.chunk_start
and slice.athlete_id = answer.athlete_id
and slice.collection = answer.collection
