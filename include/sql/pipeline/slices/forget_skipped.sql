-- Remove the skipped slices of athletes who can be asked again, so that the run plans them anew.
-- Grain: one row of ops.slices per skipped slice.
-- Parameters: integration, run_id, askable (athlete ids).
-- Inputs: nothing. Outputs: ops.slices.
delete from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and athlete_id = any(%(askable)s::bigint [])
and state = 'skipped'
