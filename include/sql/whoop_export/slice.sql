-- One row: a file of an export that was read to its end and may be staged. Parameters: integration, run_id, chunk_start,
-- chunk_end, athlete_id, collection, records, withheld, seconds.
insert into ops.slices (
    integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, records, withheld, seconds
)
values (
    %(integration)s, %(run_id)s, %(chunk_start)s, %(chunk_end)s, %(athlete_id)s, %(collection)s, 'landed', %(records)s,
    %(withheld)s, %(seconds)s
)
