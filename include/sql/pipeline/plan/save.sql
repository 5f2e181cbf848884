-- One row: the plan of a run. Parameters: integration, run_id, run_type, window_start, window_end, chunks, athletes,
-- collections, is_full_scope.
insert into ops.runs (
    integration, run_id, run_type, window_start, window_end, chunks, athletes, collections, is_full_scope, state
)
values (
    %(integration)s, %(run_id)s, %(run_type)s, %(window_start)s, %(window_end)s, %(chunks)s,
    %(athletes)s::bigint [], %(collections)s::text [], %(is_full_scope)s, 'running'
)
