-- One row per collection: an athlete's units that are being pulled. Parameters: integration, run_id, chunk_start,
-- chunk_end, athlete_id; collections and paths (in step).
insert into ops.pulls (integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, path)
select
    %(integration)s,
    %(run_id)s,
    %(chunk_start)s,
    %(chunk_end)s,
    %(athlete_id)s,
    unit.collection,
    'running',
    unit.path
from unnest(%(collections)s::text [], %(paths)s::text []) as unit (collection, path)
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    path = excluded.path,
    started_at = now(),
    finished_at = null,
    error = null
