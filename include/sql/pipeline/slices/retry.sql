-- Plan again the slices that were not pulled, if their athlete can be asked now. The others get the current reason.
-- Grain: one row of ops.slices per slice that was not pulled.
-- Parameters: integration, run_id, chunk_number (null: all chunks); athletes, is_askable, reasons (arrays of equal
-- length, with every known athlete).
-- Inputs: nothing. Outputs: ops.slices.
update ops.slices
set
    state = case when known.is_askable then 'planned' else slices.state end,
    error = case when known.is_askable then null else coalesce(known.reason, slices.error) end
from unnest(%(athletes)s::bigint [], %(is_askable)s::boolean [], %(reasons)s::text [])
    as known (athlete_id, is_askable, reason)
where slices.integration = %(integration)s
and slices.run_id = %(run_id)s
and slices.athlete_id = known.athlete_id
and slices.state in ('failed', 'skipped', 'deferred')
and (%(chunk_number)s::integer is null or slices.chunk_number = %(chunk_number)s)
