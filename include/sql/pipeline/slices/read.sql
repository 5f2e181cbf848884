-- The slices of one chunk, without those of erased athletes.
-- Grain: one row per athlete and collection.
-- Parameters: integration, run_id, chunk_start.
-- Inputs: ops.slices, ops.erased_athletes. Outputs: nothing.
select
    athlete_id,
    collection,
    state,
    path,
    records,
    quarantined,
    error
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_start = %(chunk_start)s
and not exists (
    select
    from ops.erased_athletes as erased
    where erased.integration = slices.integration
    and erased.athlete_id = slices.athlete_id
)
order by athlete_id, collection
