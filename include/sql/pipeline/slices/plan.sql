-- Add slices to the plan of a run, and replace those that the run has skipped. Other slices do not change.
-- An erased athlete gets no row: the lock keeps an erasure from committing before this transaction.
-- Grain: one row of ops.slices per athlete, collection and chunk.
-- Parameters: integration, run_id; athletes, collections, chunk_numbers, chunk_starts, chunk_ends, errors (arrays of
-- equal length; a slice with an error is skipped).
-- Inputs: ops.athletes. Outputs: ops.slices.
with wanted as (
    select *
    from unnest(
        %(athletes)s::bigint [], %(collections)s::text [], %(chunk_numbers)s::integer [],
        %(chunk_starts)s::timestamptz [], %(chunk_ends)s::timestamptz [], %(errors)s::text []
    ) as slice (athlete_id, collection, chunk_number, chunk_start, chunk_end, error)
),

present as (
    select athletes.athlete_id
    from ops.athletes as athletes
    where athletes.integration = %(integration)s
    and athletes.athlete_id = any(%(athletes)s::bigint [])
    for key share
)

insert into ops.slices (
    integration, run_id, chunk_number, chunk_start, chunk_end, athlete_id, collection, state, error
)
select
    %(integration)s,
    %(run_id)s,
    wanted.chunk_number,
    wanted.chunk_start,
    wanted.chunk_end,
    wanted.athlete_id,
    wanted.collection,
    case when wanted.error is null then 'planned' else 'skipped' end,
    wanted.error
from wanted
inner join present on wanted.athlete_id = present.athlete_id
on conflict (integration, run_id, chunk_start, athlete_id, collection) do update
set
    chunk_number = excluded.chunk_number,
    chunk_end = excluded.chunk_end,
    state = excluded.state,
    error = excluded.error
where slices.state = 'skipped'
