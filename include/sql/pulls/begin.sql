-- One row: a unit that is being pulled; none about an athlete who was erased, whom the lock keeps as they are.
-- Parameters: integration, run_id, chunk_start, chunk_end, athlete_id, collection.
insert into ops.pulls (integration, run_id, chunk_start, chunk_end, athlete_id, collection, state)
select
    integration,
    %(run_id)s,
    %(chunk_start)s,
    %(chunk_end)s,
    athlete_id,
    %(collection)s,
    'running'
from ops.athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
for key share
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    started_at = now(),
    finished_at = null,
    error = null
