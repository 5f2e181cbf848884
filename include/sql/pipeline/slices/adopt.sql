-- Reuse the slices that a killed run left in the landing zone, if it pulled the same chunk less than a day ago.
-- A slice still marked `running` is adopted too: only the manifest in its path shows whether its answer is complete.
-- Grain: one row of ops.slices per adopted athlete and collection.
-- Parameters: integration, run_id, chunk_start, chunk_end, athletes, collections.
-- Inputs: ops.runs, ops.slices. Outputs: ops.slices (the adopted rows; the rows they come from become `handed_over`).
with abandoned as (
    select distinct on (slices.athlete_id, slices.collection) slices.*
    from ops.slices as slices
    inner join ops.runs as runs
        on slices.integration = runs.integration
        and slices.run_id = runs.run_id
    where slices.integration = %(integration)s
    and slices.run_id <> %(run_id)s
    and slices.chunk_start = %(chunk_start)s
    and slices.chunk_end = %(chunk_end)s
    and slices.athlete_id = any(%(athletes)s::bigint [])
    and slices.collection = any(%(collections)s::text [])
    and slices.state in ('running', 'landed')
    and slices.path is not null
    and runs.state = 'running'
    and slices.started_at > now() - interval '1 day'
    order by slices.athlete_id, slices.collection, slices.started_at desc
),

adopted as (
    insert into ops.slices (
        integration, run_id, chunk_start, chunk_end, athlete_id, collection, state, path, pages, requests, records,
        quarantined, waited_seconds, seconds
    )
    select
        integration,
        %(run_id)s,
        chunk_start,
        chunk_end,
        athlete_id,
        collection,
        state,
        path,
        pages,
        requests,
        records,
        quarantined,
        waited_seconds,
        seconds
    from abandoned
    on conflict do nothing
    returning athlete_id, collection
)

update ops.slices as slices
set state = 'handed_over', finished_at = now()
from abandoned
inner join adopted
    on abandoned.athlete_id = adopted.athlete_id
    and abandoned.collection = adopted.collection
where slices.integration = abandoned.integration
and slices.run_id = abandoned.run_id
and slices.chunk_start = abandoned.chunk_start
and slices.athlete_id = abandoned.athlete_id
and slices.collection = abandoned.collection
