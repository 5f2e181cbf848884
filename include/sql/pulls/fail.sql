-- A unit was not pulled. Parameters: integration, run_id, chunk_start, chunk_end, athlete_id, collection,
-- state (failed or skipped), error.
insert into ops.pulls (
    integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, finished_at, error
)
values (
    %(integration)s, %(run_id)s, %(chunk_start)s, %(chunk_end)s, %(athlete_id)s, %(collection)s, %(state)s, now(),
    %(error)s
)
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    finished_at = excluded.finished_at,
    error = excluded.error
