-- Plan again the slices that were not pulled, if their athlete can be asked now and allows the collection. Those of an
-- athlete who cannot be asked get the current reason.
-- Grain: one row of ops.slices per slice that was not pulled.
-- Parameters: integration, run_id, first_chunk and last_chunk (null: all chunks); athletes, is_askable, reasons, allowed
-- (arrays of equal length, with every known athlete; allowed: collections separated by commas, null if not known).
-- Inputs: nothing. Outputs: ops.slices.
with known as (
    select *
    from unnest(
        %(athletes)s::bigint [], %(is_askable)s::boolean [], %(reasons)s::text [], %(allowed)s::text []
    ) as athlete (athlete_id, is_askable, reason, allowed)
)

update ops.slices
set
    state = case when known.is_askable then 'planned' else slices.state end,
    error = case when not known.is_askable then coalesce(known.reason, slices.error) end
from known
where slices.integration = %(integration)s
and slices.run_id = %(run_id)s
and slices.athlete_id = known.athlete_id
and slices.state in ('failed', 'skipped', 'deferred')
and (%(first_chunk)s::integer is null or slices.chunk_number between %(first_chunk)s and %(last_chunk)s)
and (
    not known.is_askable
    or known.allowed is null
    or slices.collection = any(string_to_array(known.allowed, ','))
)
