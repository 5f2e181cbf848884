-- Create the list of the slices to stage: those of a batch that have landed, numbered chunk by chunk, the newest first.
-- Grain: one row per chunk, athlete and collection.
-- Parameters: integration, run_id, first_chunk, last_chunk, athletes.
-- Inputs: ops.slices. Outputs: temporary table staging.
create temporary table staging on commit drop as
select
    (row_number() over (order by chunk_number, athlete_id, collection))::integer as slice_number,
    athlete_id,
    collection,
    chunk_start,
    chunk_end,
    path,
    records,
    quarantined,
    started_at,
    false as is_complete
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_number between %(first_chunk)s and %(last_chunk)s
and athlete_id = any(%(athletes)s::bigint [])
and state = 'landed'
