-- Takes over what an earlier run landed within a day, for the same chunk, before it died; whether an answer has
-- landed, only its manifest tells.
-- Parameters: integration, run_id, chunk_start, chunk_end, athletes, collections.
with left_behind as (
    select distinct on (units.athlete_id, units.collection) units.*
    from ops.pulls as units
    inner join ops.runs as runs
        on units.integration = runs.integration
        and units.run_id = runs.run_id
    where units.integration = %(integration)s
    and units.run_id <> %(run_id)s
    and units.chunk_start = %(chunk_start)s
    and units.chunk_end = %(chunk_end)s
    and units.athlete_id = any(%(athletes)s::bigint [])
    and units.collection = any(%(collections)s::text [])
    and units.state in ('running', 'landed')
    and units.path is not null
    and runs.state = 'running'
    and units.started_at > now() - interval '1 day'
    order by units.athlete_id, units.collection, units.started_at desc
),

adopted as (
    insert into ops.pulls (
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

update ops.pulls as units
set state = 'handed_over', finished_at = now()
from left_behind
inner join adopted
    on left_behind.athlete_id = adopted.athlete_id
    and left_behind.collection = adopted.collection
where units.integration = left_behind.integration
and units.run_id = left_behind.run_id
and units.chunk_start = left_behind.chunk_start
and units.athlete_id = left_behind.athlete_id
and units.collection = left_behind.collection
