-- One row per affected cycle that can be dated: its date, start, main sleep and sleeps. Parameters: integration.
create temporary table dated_cycles on commit drop as
with cycles as (
    select
        affected.athlete_id,
        affected.cycle_id,
        cycle.started_at,
        cycle.ended_at,
        cycle.payload ->> 'timezone_offset' as timezone_offset,
        recovery.payload ->> 'sleep_id' as recovery_sleep_id
    from affected_cycles as affected
    left join raw.records as cycle
        on cycle.integration = %(integration)s
        and cycle.collection = 'cycle'
        and affected.athlete_id = cycle.athlete_id
        and affected.cycle_id = cycle.record_id
        and cycle.superseded_at is null
        and cycle.deleted_at is null
    left join raw.records as recovery
        on recovery.integration = %(integration)s
        and recovery.collection = 'recovery'
        and affected.athlete_id = recovery.athlete_id
        and affected.cycle_id = recovery.record_id
        and recovery.superseded_at is null
        and recovery.deleted_at is null
),

known_sleeps as (
    -- a sleep belongs to the cycle it names
    select
        cycles.athlete_id,
        cycles.cycle_id,
        sleep.record_id,
        sleep.started_at,
        sleep.ended_at,
        sleep.payload
    from cycles
    inner join raw.records as sleep
        on sleep.integration = %(integration)s
        and sleep.collection = 'sleep'
        and cycles.athlete_id = sleep.athlete_id
        and sleep.payload ->> 'cycle_id' = cycles.cycle_id
        and sleep.superseded_at is null
        and sleep.deleted_at is null
    union
    -- the recovery may name one that tells no cycle, or another
    select
        cycles.athlete_id,
        cycles.cycle_id,
        sleep.record_id,
        sleep.started_at,
        sleep.ended_at,
        sleep.payload
    from cycles
    inner join raw.records as sleep
        on sleep.integration = %(integration)s
        and sleep.collection = 'sleep'
        and cycles.athlete_id = sleep.athlete_id
        and cycles.recovery_sleep_id = sleep.record_id
        and sleep.superseded_at is null
        and sleep.deleted_at is null
    union
    select
        cycles.athlete_id,
        cycles.cycle_id,
        sleep.record_id,
        sleep.started_at,
        sleep.ended_at,
        sleep.payload
    from cycles
    inner join raw.records as sleep
        on sleep.integration = %(integration)s
        and sleep.collection = 'sleep'
        and cycles.athlete_id = sleep.athlete_id
        and sleep.payload ->> 'cycle_id' is null
        and sleep.started_at > cycles.started_at - interval '2 days'
        and sleep.started_at < coalesce(cycles.ended_at, 'infinity')
        and raw.cycle_of_sleep(sleep) = cycles.cycle_id
        and sleep.superseded_at is null
        and sleep.deleted_at is null
),

sleeps_by_cycle as (
    select
        known_sleeps.athlete_id,
        known_sleeps.cycle_id,
        array_agg(known_sleeps.record_id order by known_sleeps.started_at, known_sleeps.record_id) as sleep_ids
    from known_sleeps
    group by known_sleeps.athlete_id, known_sleeps.cycle_id
)

select 1
