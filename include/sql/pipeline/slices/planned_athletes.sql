-- The athletes whose slices a run has planned before.
-- Grain: one row per athlete.
-- Parameters: integration, run_id.
-- Inputs: ops.slices. Outputs: nothing.
select distinct athlete_id
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and state <> 'skipped'
