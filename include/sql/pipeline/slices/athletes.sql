-- The athletes whose slices have a chunk number.
-- Grain: one row per athlete.
-- Parameters: integration, run_id, chunk_number.
-- Inputs: ops.slices. Outputs: nothing.
select distinct athlete_id
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_number = %(chunk_number)s
and state <> 'skipped'
order by athlete_id
