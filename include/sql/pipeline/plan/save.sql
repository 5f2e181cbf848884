-- Save the plan of a run and mark the run as running.
-- Grain: one row of ops.runs.
-- Parameters: integration, run_id, run_type, window_start, window_end, chunks, athletes, collections, is_full_scope.
-- Inputs: nothing. Outputs: ops.runs.
insert into ops.runs (
    integration, run_id, run_type, window_start, window_end, chunks, athletes, collections, is_full_scope, state
)
values (
    %(integration)s, %(run_id)s, %(run_type)s, %(window_start)s, %(window_end)s, %(chunks)s,
    %(athletes)s::bigint [], %(collections)s::text [], %(is_full_scope)s, 'running'
)
