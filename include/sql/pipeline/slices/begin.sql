-- Record that slices are being pulled. If a slice no longer exists, it is not pulled: its athlete has been erased or
-- offboarded since the run was planned.
-- Grain: one row of ops.slices per slice; returns the slices to pull.
-- Parameters: integration, run_id; chunk_starts, athletes, collections and paths (arrays of equal length).
-- Inputs: nothing. Outputs: ops.slices.
update ops.slices
set
    state = 'running',
    path = slice.path,
    started_at = now(),
    finished_at = null,
    error = null
from unnest(%(chunk_starts)s::timestamptz [], %(athletes)s::bigint [], %(collections)s::text [], %(paths)s::text [])
    as slice (chunk_start, athlete_id, collection, path)
where slices.integration = %(integration)s
and slices.run_id = %(run_id)s
and slices.chunk_start = slice.chunk_start
and slices.athlete_id = slice.athlete_id
and slices.collection = slice.collection
returning slices.path
