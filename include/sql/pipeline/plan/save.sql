-- Record that a run has begun, and freeze its window.
-- Grain: one row of ops.runs.
-- Parameters: integration, run_id, run_type, window_start, window_end.
-- Inputs: nothing. Outputs: ops.runs.
insert into ops.runs (integration, run_id, run_type, window_start, window_end, state)
values (%(integration)s, %(run_id)s, %(run_type)s, %(window_start)s, %(window_end)s, 'running')
