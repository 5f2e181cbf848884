-- Whether an earlier scheduled run of the integration is still catching up. A run without activity for half an hour
-- counts as dead.
-- Grain: exactly one row.
-- Parameters: integration, run_id.
-- Inputs: ops.runs, ops.slices. Outputs: nothing.
select count(*) > 0 as is_running
from ops.runs as runs
inner join ops.slices as slices
    on runs.integration = slices.integration
    and runs.run_id = slices.run_id
where runs.integration = %(integration)s
and runs.run_id <> %(run_id)s
and runs.run_type = 'scheduled'
and runs.state = 'running'
and slices.chunk_number > 0
and greatest(slices.started_at, slices.finished_at) > now() - interval '30 minutes'
