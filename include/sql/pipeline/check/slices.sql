-- One row per chunk, athlete and collection of a run. Parameters: integration, run_id.
select
    chunk_start,
    athlete_id,
    collection,
    state,
    error
from ops.slices
where integration = %(integration)s
and run_id = %(run_id)s
order by chunk_start, athlete_id, collection
