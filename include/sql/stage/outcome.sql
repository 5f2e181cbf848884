-- Wraps up a chunk: what changed is queued for the transform, and the pull log is completed.
-- One row per athlete and collection. Parameters: integration, run_id, chunk_start; athletes and collections (in step:
-- those that were staged).
with queued as (
    insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
    select
        %(integration)s,
        athlete_id,
        collection,
        array_agg(record_id)
    from incoming
    where outcome <> 'unchanged'
    group by athlete_id, collection
),

counted as (
    select
        athlete_id,
        collection,
        count(*) filter (where outcome = 'new') as new,
        count(*) filter (where outcome = 'changed') as changed,
        count(*) filter (where outcome = 'unchanged') as unchanged,
        count(*) filter (where outcome = 'deleted') as deleted,
        count(*) filter (where is_regression) as regressions
    from incoming
    group by athlete_id, collection
)

update ops.pulls as unit
set
    state = 'staged',
    finished_at = clock_timestamp(),
    new = coalesce(counted.new, 0),
    changed = coalesce(counted.changed, 0),
    unchanged = coalesce(counted.unchanged, 0),
    deleted = coalesce(counted.deleted, 0),
    regressions = coalesce(counted.regressions, 0)
from unnest(%(athletes)s::bigint [], %(collections)s::text []) as staged (athlete_id, collection)
left join counted
    on staged.athlete_id = counted.athlete_id
    and staged.collection = counted.collection
where unit.integration = %(integration)s
and unit.run_id = %(run_id)s
and unit.chunk_start = %(chunk_start)s
and unit.athlete_id = staged.athlete_id
and unit.collection = staged.collection
and unit.state = 'landed'
returning
    unit.athlete_id,
    unit.collection,
    unit.pages,
    unit.records,
    unit.new,
    unit.changed,
    unit.unchanged,
    unit.deleted,
    unit.regressions,
    unit.quarantined,
    unit.waited_seconds,
    unit.seconds
