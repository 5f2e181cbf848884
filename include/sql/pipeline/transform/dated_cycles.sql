-- Date the affected cycles: find the sleeps of each cycle, choose its main sleep, and derive the date from it.
-- Grain: one row per affected cycle that can be dated. Parameters: integration.
-- Inputs: affected_cycles, raw.records. Outputs: dated_cycles (temporary).
create temporary table dated_cycles on commit drop as
with cycles as (
    select
        affected.athlete_id,
        affected.cycle_id,
        cycle.started_at,
        cycle.ended_at,
        cycle.payload ->> 'timezone_offset' as utc_offset,
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

sleeps as (
    select
        cycles.athlete_id,
        cycles.cycle_id,
        sleep.record_id as sleep_id,
        sleep.started_at,
        sleep.ended_at,
        sleep.payload ->> 'timezone_offset' as utc_offset,
        coalesce(sleep.payload -> 'nap' = 'true', false) as is_nap,
        coalesce(sleep.record_id = cycles.recovery_sleep_id, false) as is_of_recovery,
        coalesce(sleep.payload ->> 'cycle_id' <> cycles.cycle_id, false) as is_of_another_cycle
    from cycles
    -- `offset 0` forces index probes, even on a table that was never analysed
    cross join lateral (
        select *
        from (
            -- sleeps that name the cycle
            select
                record_id,
                started_at,
                ended_at,
                payload
            from raw.records
            where integration = %(integration)s
            and collection = 'sleep'
            and athlete_id = cycles.athlete_id
            and payload ->> 'cycle_id' = cycles.cycle_id
            and superseded_at is null
            and deleted_at is null
            union all
            -- the sleep that the recovery names
            select
                record_id,
                started_at,
                ended_at,
                payload
            from raw.records
            where integration = %(integration)s
            and collection = 'sleep'
            and athlete_id = cycles.athlete_id
            and record_id = cycles.recovery_sleep_id
            and payload ->> 'cycle_id' is distinct from cycles.cycle_id
            and superseded_at is null
            and deleted_at is null
            union all
            -- other sleeps that name no cycle and whose midpoint is in this one
            select
                record_id,
                started_at,
                ended_at,
                payload
            from raw.records as sleep
            where integration = %(integration)s
            and collection = 'sleep'
            and athlete_id = cycles.athlete_id
            and payload ->> 'cycle_id' is null
            and started_at > cycles.started_at - interval '2 days'
            and started_at < coalesce(cycles.ended_at, 'infinity')
            and record_id is distinct from cycles.recovery_sleep_id
            and superseded_at is null
            and deleted_at is null
            and raw.cycle_of_sleep(sleep) = cycles.cycle_id
        ) as any_of_them
        offset 0
    ) as sleep
),

sleep_lists as (
    select
        athlete_id,
        cycle_id,
        array_agg(sleep_id order by started_at, sleep_id) as sleep_ids
    from sleeps
    where not is_of_another_cycle
    group by athlete_id, cycle_id
),

main_sleeps as (
    select distinct on (athlete_id, cycle_id)
        athlete_id,
        cycle_id,
        sleep_id,
        started_at,
        utc_offset,
        raw.local_time(started_at, utc_offset) as local_start,
        raw.local_time(ended_at, utc_offset) as local_end
    from sleeps
    where is_of_recovery or not is_nap
    order by athlete_id, cycle_id, is_of_recovery desc, ended_at - started_at desc, started_at, sleep_id
)

select
    cycles.athlete_id,
    cycles.cycle_id,
    coalesce(cycles.started_at, main_sleep.started_at) as cycle_started_at,
    main_sleep.sleep_id as main_sleep_id,
    coalesce(sleep_lists.sleep_ids, '{}') as sleep_ids,
    case
        when main_sleep.sleep_id is null
        or (main_sleep.local_start::time >= '12:00' and main_sleep.local_start::date = main_sleep.local_end::date)
            then raw.local_time(
                coalesce(cycles.started_at, main_sleep.started_at) + interval '8 hours',
                coalesce(cycles.utc_offset, main_sleep.utc_offset)
            )::date
        else main_sleep.local_end::date
    end as metric_date
from cycles
left join main_sleeps as main_sleep
    on cycles.athlete_id = main_sleep.athlete_id
    and cycles.cycle_id = main_sleep.cycle_id
left join sleep_lists
    on cycles.athlete_id = sleep_lists.athlete_id
    and cycles.cycle_id = sleep_lists.cycle_id
where cycles.started_at is not null or main_sleep.sleep_id is not null;

analyze dated_cycles
