-- Takes over what an earlier run landed within a day, for the same chunk, before it died; whether an answer has
-- landed, only its manifest tells.
-- Parameters: integration, run_id, chunk_start, chunk_end, athletes, collections.
with left_behind as (
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
    from left_behind
    on conflict do nothing
    returning athlete_id, collection
)

update ops.slices as slices
set state = 'handed_over', finished_at = now()
from left_behind
inner join adopted
    on left_behind.athlete_id = adopted.athlete_id
    and left_behind.collection = adopted.collection
where slices.integration = left_behind.integration
and slices.run_id = left_behind.run_id
and slices.chunk_start = left_behind.chunk_start
and slices.athlete_id = left_behind.athlete_id
and slices.collection = left_behind.collection
