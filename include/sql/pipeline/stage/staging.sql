-- Create the list of the slices to stage: those of one chunk number that have landed.
-- Grain: one row per athlete and collection.
-- Parameters: integration, run_id, chunk_number, athletes.
-- Inputs: ops.slices. Outputs: temporary table staging.
create temporary table staging on commit drop as
select
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
and chunk_number = %(chunk_number)s
and athlete_id = any(%(athletes)s::bigint [])
and state = 'landed'
