-- The slices of a batch, without those that the run skips: chunk by chunk, the newest first.
-- Grain: one row per chunk, athlete and collection.
-- Parameters: integration, run_id, first_chunk, last_chunk, athletes.
-- Inputs: ops.slices. Outputs: nothing.
select
    athlete_id,
    collection,
    chunk_start,
    chunk_end,
    state,
    path
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_number between %(first_chunk)s and %(last_chunk)s
and athlete_id = any(%(athletes)s::bigint [])
and state <> 'skipped'
order by chunk_number, athlete_id, collection
