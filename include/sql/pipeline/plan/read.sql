-- The plan of a run.
-- Grain: at most one row.
-- Parameters: integration, run_id.
-- Inputs: ops.runs. Outputs: nothing.
select
    integration,
    run_id,
    run_type,
    window_start,
    window_end
from ops.runs
where integration = %(integration)s
and run_id = %(run_id)s
