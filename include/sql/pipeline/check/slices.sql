-- The slices of a run with their states and errors.
-- Grain: one row per chunk, athlete and collection.
-- Parameters: integration, run_id.
-- Inputs: ops.slices. Outputs: nothing.
select
    chunk_start,
    athlete_id,
    collection,
    state,
    error
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
order by chunk_start, athlete_id, collection
