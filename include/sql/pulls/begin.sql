-- One row per collection: an athlete's units that are being pulled; none about an athlete who was erased, whom the lock
-- keeps as they are. Parameters: integration, run_id, chunk_start, chunk_end, athlete_id; collections and paths (in step).
insert into ops.pulls (integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, path)
select
    athlete.integration,
    %(run_id)s,
    %(chunk_start)s,
    %(chunk_end)s,
    athlete.athlete_id,
    unit.collection,
    'running',
    unit.path
from ops.athletes as athlete
cross join unnest(%(collections)s::text [], %(paths)s::text []) as unit (collection, path)
where athlete.integration = %(integration)s
and athlete.athlete_id = %(athlete_id)s
for key share of athlete
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    path = excluded.path,
    started_at = now(),
    finished_at = null,
    error = null
