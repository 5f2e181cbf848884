-- At most one row: the plan of a run. Parameters: integration, run_id.
select
    integration,
    run_id,
    run_type,
    window_start,
    window_end,
    chunks,
    athletes,
    collections,
    is_full_scope
from ops.runs
where integration = %(integration)s
and run_id = %(run_id)s
