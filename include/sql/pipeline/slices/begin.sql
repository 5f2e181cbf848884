-- Record that an athlete's slices of a chunk are being pulled.
-- An erased athlete gets no row: the lock keeps an erasure from committing between the two statements.
-- Grain: one row of ops.slices per collection.
-- Parameters: integration, run_id, chunk_start, chunk_end, athlete_id; collections and paths (arrays of equal length).
-- Inputs: ops.athletes, ops.erased_athletes. Outputs: ops.slices.
select
from ops.athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
for key share;

insert into ops.slices (integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, path)
select
    %(integration)s,
    %(run_id)s,
    %(chunk_start)s,
    %(chunk_end)s,
    %(athlete_id)s,
    slice.collection,
    'running',
    slice.path
from unnest(%(collections)s::text [], %(paths)s::text []) as slice (collection, path)
where not exists (
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
)
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    path = excluded.path,
    started_at = now(),
    finished_at = null,
    error = null
