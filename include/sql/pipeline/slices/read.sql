-- The slices of one chunk number, without those that the run skips.
-- Grain: one row per athlete and collection.
-- Parameters: integration, run_id, chunk_number, athletes.
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
and chunk_number = %(chunk_number)s
and athlete_id = any(%(athletes)s::bigint [])
and state <> 'skipped'
order by athlete_id, collection
