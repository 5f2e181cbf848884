-- The progress of a run by chunk.
-- Grain: one row per chunk, newest first.
-- Parameters: integration, run_id.
-- Inputs: ops.runs, ops.slices.
-- Outputs: chunk_start, chunk_end, slices (planned), slices by state, counts of requests and records, waited_seconds.
with planned as materialized (
    select
        (chunk ->> 0)::timestamptz as chunk_start,
        (chunk ->> 1)::timestamptz as chunk_end,
        cardinality(athletes) * cardinality(collections) as slices
    from ops.runs
    cross join lateral jsonb_array_elements(chunks) as chunk
    where integration = %(integration)s
    and run_id = %(run_id)s
),

pulled as (
    select
        chunk_start,
        count(*) filter (where state in ('landed', 'staged', 'handed_over')) as landed,
        count(*) filter (where state = 'staged') as staged,
        count(*) filter (where state = 'failed') as failed,
        sum(requests) as requests,
        sum(records) as records,
        sum(new) as new,
        sum(changed) as changed,
        sum(unchanged) as unchanged,
        sum(deleted) as deleted,
        sum(waited_seconds) as waited_seconds
    from ops.slices
    where integration = %(integration)s
    and run_id = %(run_id)s
    group by chunk_start
)

select
    planned.chunk_start,
    planned.chunk_end,
    planned.slices,
    coalesce(pulled.landed, 0) as landed,
    coalesce(pulled.staged, 0) as staged,
    coalesce(pulled.failed, 0) as failed,
    coalesce(pulled.requests, 0) as requests,
    coalesce(pulled.records, 0) as records,
    coalesce(pulled.new, 0) as new,
    coalesce(pulled.changed, 0) as changed,
    coalesce(pulled.unchanged, 0) as unchanged,
    coalesce(pulled.deleted, 0) as deleted,
    coalesce(pulled.waited_seconds, 0) as waited_seconds
from planned
left join pulled on planned.chunk_start = pulled.chunk_start
order by planned.chunk_start desc
