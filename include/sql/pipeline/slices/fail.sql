-- Record that a slice was not pulled, and why.
-- Grain: one row of ops.slices.
-- Parameters: integration, run_id, chunk_start, athlete_id, collection, state (failed, skipped or deferred), error.
-- Inputs: nothing. Outputs: ops.slices.
update ops.slices
set
    state = %(state)s,
    finished_at = now(),
    error = %(error)s
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_start = %(chunk_start)s
and athlete_id = %(athlete_id)s
and collection = %(collection)s
