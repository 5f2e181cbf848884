-- Finish staging a batch: queue the changed records for the transform and complete the pull log.
-- Grain: one row of ops.slices, which is returned, per chunk, athlete and collection; one row of ops.transform_queue per
-- athlete and collection with a change.
-- Parameters: integration, run_id.
-- Inputs: staging, landed, incoming. Outputs: ops.transform_queue, ops.slices.
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

repeated as (
    -- If two slices contain a record, its outcome counts for the slice with the newest version. The other slice counts
    -- it as unchanged.
    select distinct
        landed.slice_number,
        landed.record_id
    from landed
    where not exists (
        select
        from incoming
        where incoming.slice_number = landed.slice_number
        and incoming.record_id = landed.record_id
    )
),

outcomes as (
    select
        slice_number,
        outcome,
        is_regression
    from incoming
    union all
    select
        slice_number,
        'unchanged',
        false
    from repeated
),

counted as (
    select
        staging.athlete_id,
        staging.collection,
        staging.chunk_start,
        count(*) filter (where outcomes.outcome = 'new') as new,
        count(*) filter (where outcomes.outcome = 'changed') as changed,
        count(*) filter (where outcomes.outcome = 'unchanged') as unchanged,
        count(*) filter (where outcomes.outcome = 'deleted') as deleted,
        count(*) filter (where outcomes.is_regression) as regressions
    from staging
    left join outcomes on staging.slice_number = outcomes.slice_number
    group by staging.athlete_id, staging.collection, staging.chunk_start
)

update ops.slices as slice
set
    state = 'staged',
    finished_at = clock_timestamp(),
    new = counted.new,
    changed = counted.changed,
    unchanged = counted.unchanged,
    deleted = counted.deleted,
    regressions = counted.regressions
from counted
where slice.integration = %(integration)s
and slice.run_id = %(run_id)s
and slice.chunk_start = counted.chunk_start
and slice.athlete_id = counted.athlete_id
and slice.collection = counted.collection
and slice.state = 'landed'
returning
    slice.athlete_id,
    slice.collection,
    slice.chunk_start,
    slice.chunk_end,
    slice.pages,
    slice.records,
    slice.new,
    slice.changed,
    slice.unchanged,
    slice.deleted,
    slice.regressions,
    slice.quarantined,
    slice.waited_seconds,
    slice.seconds
