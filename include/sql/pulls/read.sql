-- One row per athlete and collection of a chunk. Parameters: integration, run_id, chunk_start.
select
    athlete_id,
    collection,
    state,
    path,
    records,
    quarantined,
    error
from ops.pulls
where integration = %(integration)s
and run_id = %(run_id)s
and chunk_start = %(chunk_start)s
order by athlete_id, collection
