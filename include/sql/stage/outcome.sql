-- Wraps up one collection of a chunk: what changed is queued for the transform, and the pull log is completed.
-- One row per athlete. Parameters: integration, run_id, chunk_start, collection, athletes, deleted (of records marked:
-- their athletes), deleted_ids (their ids, in the same order).
with deleted as (
    select
        athlete_id,
        record_id
    from unnest(%(deleted)s::bigint [], %(deleted_ids)s::text []) as marked (athlete_id, record_id)
),

touched as (
    select
        athlete_id,
        record_id
    from incoming
    where outcome <> 'unchanged'
    union
    select
        athlete_id,
        record_id
    from deleted
),

queued as (
    insert into ops.transform_queue (integration, athlete_id, collection, record_ids)
    select
        %(integration)s,
        athlete_id,
        %(collection)s,
        array_agg(record_id)
    from touched
    group by athlete_id
),

staged as (
    select
        athlete_id,
        count(*) filter (where outcome = 'new') as new,
        count(*) filter (where outcome = 'changed') as changed,
        count(*) filter (where outcome = 'unchanged') as unchanged,
        count(*) filter (where is_regression) as regressions
    from incoming
    group by athlete_id
),

marked as (
    select
        athlete_id,
        count(*) as deleted
    from deleted
    group by athlete_id
)

update ops.pulls as unit
set
    state = 'staged',
    finished_at = clock_timestamp(),
    new = coalesce(staged.new, 0),
    changed = coalesce(staged.changed, 0),
    unchanged = coalesce(staged.unchanged, 0),
    regressions = coalesce(staged.regressions, 0),
    deleted = coalesce(marked.deleted, 0)
from unnest(%(athletes)s::bigint []) as pulled (athlete_id)
left join staged on pulled.athlete_id = staged.athlete_id
left join marked on pulled.athlete_id = marked.athlete_id
where unit.integration = %(integration)s
and unit.run_id = %(run_id)s
and unit.chunk_start = %(chunk_start)s
and unit.collection = %(collection)s
and unit.athlete_id = pulled.athlete_id
returning
    unit.athlete_id,
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
