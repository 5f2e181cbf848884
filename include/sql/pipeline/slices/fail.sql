-- Record that a slice failed or was skipped. An erased athlete gets no row; see begin.sql for the lock.
-- Grain: one row of ops.slices.
-- Parameters: integration, run_id, chunk_start, chunk_end, athlete_id, collection, state (failed or skipped), error.
-- Inputs: ops.athletes, ops.erased_athletes. Outputs: ops.slices.
select
from ops.athletes
where integration = %(integration)s
and athlete_id = %(athlete_id)s
for key share;

insert into ops.slices (
    integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, finished_at, error
)
select
    %(integration)s,
    %(run_id)s,
    %(chunk_start)s,
    %(chunk_end)s,
    %(athlete_id)s,
    %(collection)s,
    %(state)s,
    now(),
    %(error)s
where not exists (
    select
    from ops.erased_athletes
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
)
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    finished_at = excluded.finished_at,
    error = excluded.error
