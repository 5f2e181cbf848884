-- One row: a unit that is being pulled. Parameters: integration, run_id, chunk_start, chunk_end, athlete_id, collection.
insert into ops.pulls (integration, run_id, chunk_start, chunk_end, athlete_id, collection, state)
values (
    %(integration)s, %(run_id)s, %(chunk_start)s, %(chunk_end)s, %(athlete_id)s, %(collection)s, 'running'
)
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    state = excluded.state,
    started_at = now(),
    finished_at = null,
    error = null
