-- One row per chunk of a run, newest first: how far it is and what it brought. Parameters: integration, run_id.
with planned as (
    select
        (chunk ->> 0)::timestamptz as chunk_start,
        (chunk ->> 1)::timestamptz as chunk_end,
        cardinality(athletes) * cardinality(collections) as parts
    from ops.runs
    cross join lateral jsonb_array_elements(chunks) as chunk
    where integration = %(integration)s
    and run_id = %(run_id)s
),

units as (
    select *
    from ops.pulls
    where integration = %(integration)s
    and run_id = %(run_id)s
)

select
    planned.chunk_start,
    planned.chunk_end,
    planned.parts,
    count(units.state) filter (where units.state in ('landed', 'staged', 'handed_over')) as landed,
    count(units.state) filter (where units.state = 'staged') as staged,
    count(units.state) filter (where units.state = 'failed') as failed,
    coalesce(sum(units.requests), 0) as requests,
    coalesce(sum(units.records), 0) as records,
    coalesce(sum(units.new), 0) as new,
    coalesce(sum(units.changed), 0) as changed,
    coalesce(sum(units.unchanged), 0) as unchanged,
    coalesce(sum(units.deleted), 0) as deleted,
    coalesce(sum(units.waited_seconds), 0) as waited_seconds
from planned
left join units on planned.chunk_start = units.chunk_start
group by planned.chunk_start, planned.chunk_end, planned.parts
order by planned.chunk_start desc
