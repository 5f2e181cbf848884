-- Wraps up a chunk: what changed is queued for the transform, and the pull log is completed.
-- One row per athlete and collection. Parameters: integration, run_id, chunk_start, athletes.
with touched as (
    select
        athlete_id,
        collection,
        record_id
    from incoming
    where outcome <> 'unchanged'
    union
    select
        athlete_id,
        collection,
        record_id
    from gone
),

queued as (
    insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
    select
        %(integration)s,
        athlete_id,
        collection,
        array_agg(record_id)
    from touched
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
    from (
        select
            athlete_id,
            collection,
            outcome,
            is_regression
        from incoming
        union all
        select
            athlete_id,
            collection,
            'deleted' as outcome,
            false as is_regression
        from gone
    ) as outcomes
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
from ops.pulls as landed_unit
left join counted
    on landed_unit.athlete_id = counted.athlete_id
    and landed_unit.collection = counted.collection
where landed_unit.integration = %(integration)s
and landed_unit.run_id = %(run_id)s
and landed_unit.chunk_start = %(chunk_start)s
and landed_unit.athlete_id = any(%(athletes)s::bigint [])
and landed_unit.state = 'landed'
and unit.integration = landed_unit.integration
and unit.run_id = landed_unit.run_id
and unit.chunk_start = landed_unit.chunk_start
and unit.athlete_id = landed_unit.athlete_id
and unit.collection = landed_unit.collection
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
