-- Record that all rows of an export's file are valid and may be staged.
-- Grain: one row is inserted.
-- Parameters: integration, run_id, chunk_start, chunk_end, athlete_id, collection, records, withheld, seconds.
-- Outputs: ops.slices.
insert into ops.slices (
    integration, run_id, chunk_number, chunk_start, chunk_end, athlete_id, collection, state, records, withheld, seconds
)
values (
    %(integration)s, %(run_id)s, 0, %(chunk_start)s, %(chunk_end)s, %(athlete_id)s, %(collection)s, 'landed',
    %(records)s, %(withheld)s, %(seconds)s
)
