-- How a run ended. Parameters: integration, run_id, state.
update ops.runs
set
    state = %(state)s,
    finished_at = now()
where integration = %(integration)s
and run_id = %(run_id)s
