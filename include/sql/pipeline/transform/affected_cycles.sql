-- Find the cycles whose date, sleeps or values may have changed.
-- Grain: one row per athlete and cycle. Parameters: integration.
-- Inputs: touched, raw.records, analytics.cycle_days. Outputs: affected_cycles (temporary).
create temporary table affected_cycles on commit drop as
with concerned_sleeps as (
    -- sleeps that changed, and sleeps that name no cycle and may therefore move to another one
    select
        athlete_id,
        record_id
    from touched
    where collection = 'sleep'
    union
    select
        athlete_id,
        sleep_id
    from touched
    where collection = 'recovery' and sleep_id is not null
    union
    select
        sleep.athlete_id,
        sleep.record_id
    from touched
    inner join raw.records as sleep
        on sleep.integration = %(integration)s
        and sleep.collection = 'sleep'
        and touched.athlete_id = sleep.athlete_id
        and sleep.payload ->> 'cycle_id' is null
        and sleep.started_at > touched.started_at - interval '2 days'
        and sleep.started_at < coalesce(touched.ended_at, 'infinity')
        and sleep.superseded_at is null
    where touched.collection = 'cycle'
),

sleeps as materialized (
    select
        sleep.athlete_id,
        sleep.record_id,
        sleep.started_at,
        sleep.ended_at,
        -- calls the function, which is slow, only if the sleep names no cycle
        coalesce(sleep.payload ->> 'cycle_id', raw.cycle_of_sleep(sleep)) as cycle_id
    from concerned_sleeps
    inner join raw.records as sleep
        on sleep.integration = %(integration)s
        and sleep.collection = 'sleep'
        and concerned_sleeps.athlete_id = sleep.athlete_id
        and concerned_sleeps.record_id = sleep.record_id
        and sleep.superseded_at is null
)

select
    athlete_id,
    record_id as cycle_id
from touched
where collection in ('cycle', 'recovery')
union
select
    athlete_id,
    cycle_id
from touched
where collection = 'sleep' and cycle_id is not null
union
select
    athlete_id,
    cycle_id
from sleeps
where cycle_id is not null
union
select
    recovery.athlete_id,
    recovery.record_id
from sleeps
inner join raw.records as recovery
    on recovery.integration = %(integration)s
    and recovery.collection = 'recovery'
    and sleeps.athlete_id = recovery.athlete_id
    and recovery.payload ->> 'sleep_id' = sleeps.record_id
    and recovery.superseded_at is null
union
select
    known.athlete_id,
    known.cycle_id
from sleeps
inner join analytics.cycle_days as known
    on known.integration = %(integration)s
    and sleeps.athlete_id = known.athlete_id
    and known.metric_date between sleeps.started_at::date - 4 and sleeps.ended_at::date + 4
    and sleeps.record_id = any(known.sleep_ids);

analyze affected_cycles
