-- Brings analytics.days up to date for the affected days, and keeps those that changed: one row per athlete and date.
-- Parameters: integration.
create temporary table fresh_days on commit drop as
with pivoted as (
    select
        athlete_id,
        metric_date,
        bool_or(is_provisional) as is_provisional,
        max(value) filter (where metric = 'day_strain') as day_strain,
        max(value) filter (where metric = 'energy') as energy,
        max(value) filter (where metric = 'average_heart_rate') as average_heart_rate,
        max(value) filter (where metric = 'max_heart_rate') as max_heart_rate,
        max(value) filter (where metric = 'steps') as steps,
        max(value) filter (where metric = 'recovery') as recovery,
        max(value) filter (where metric = 'resting_heart_rate') as resting_heart_rate,
        max(value) filter (where metric = 'heart_rate_variability') as heart_rate_variability,
        max(value) filter (where metric = 'blood_oxygen') as blood_oxygen,
        max(value) filter (where metric = 'skin_temperature') as skin_temperature,
        max(value) filter (where metric = 'sleep_performance') as sleep_performance,
        max(value) filter (where metric = 'hours_of_sleep') as hours_of_sleep,
        max(value) filter (where metric = 'sleep_efficiency') as sleep_efficiency,
        max(value) filter (where metric = 'sleep_consistency') as sleep_consistency,
        max(value) filter (where metric = 'respiratory_rate') as respiratory_rate,
        max(value) filter (where metric = 'light_sleep') as light_sleep,
        max(value) filter (where metric = 'slow_wave_sleep') as slow_wave_sleep,
        max(value) filter (where metric = 'rem_sleep') as rem_sleep,
        max(value) filter (where metric = 'awake_time') as awake_time,
        max(value) filter (where metric = 'time_in_bed') as time_in_bed,
        max(value) filter (where metric = 'sleep_cycles') as sleep_cycles,
        max(value) filter (where metric = 'disturbances') as disturbances,
        max(value) filter (where metric = 'sleep_need') as sleep_need,
        max(value) filter (where metric = 'naps') as naps,
        max(value) filter (where metric = 'nap_hours') as nap_hours,
        max(value) filter (where metric = 'workouts') as workouts,
        max(value) filter (where metric = 'workout_minutes') as workout_minutes,
        max(value) filter (where metric = 'workout_energy') as workout_energy,
        max(value) filter (where metric = 'zone_0_minutes') as zone_0_minutes,
        max(value) filter (where metric = 'zone_1_minutes') as zone_1_minutes,
        max(value) filter (where metric = 'zone_2_minutes') as zone_2_minutes,
        max(value) filter (where metric = 'zone_3_minutes') as zone_3_minutes,
        max(value) filter (where metric = 'zone_4_minutes') as zone_4_minutes,
        max(value) filter (where metric = 'zone_5_minutes') as zone_5_minutes
    from day_values
    where is_plausible
    group by athlete_id, metric_date
),

states as (
    select
        athlete_id,
        metric_date,
        max(record_id) filter (where collection = 'cycle') as cycle_id,
        max(state) filter (where collection = 'cycle') as cycle_state,
        max(state) filter (where collection = 'recovery') as recovery_state,
        max(record_id) filter (where collection = 'sleep' and not is_nap) as main_sleep_id,
        max(state) filter (where collection = 'sleep' and not is_nap) as sleep_state,
        -- of several, the one that waits before the one that never comes
        case
            when bool_or(collection = 'workout' and state = 'pending_score') then 'pending_score'
            else max(state) filter (where collection = 'workout')
        end as workout_state,
        coalesce(
            max(utc_offset) filter (where collection = 'sleep' and not is_nap),
            max(utc_offset) filter (where collection = 'cycle'),
            (array_agg(utc_offset order by started_at) filter (where collection = 'workout'))[1]
        ) as timezone_offset,
        max(raw.local_time(started_at, utc_offset)) filter (where collection = 'sleep' and not is_nap) as asleep_at,
        max(raw.local_time(ended_at, utc_offset)) filter (where collection = 'sleep' and not is_nap) as awake_at,
        max(raw.number(score #> '{sleep_needed,baseline_milli}')) filter (
            where collection = 'sleep' and not is_nap and is_scored
        ) / 3600000 as sleep_need_baseline,
        max(raw.number(score #> '{sleep_needed,need_from_sleep_debt_milli}')) filter (
            where collection = 'sleep' and not is_nap and is_scored
        ) / 3600000 as sleep_debt_vendor
    from day_records
    group by athlete_id, metric_date
)

select
    %(integration)s::text as integration,
    place.athlete_id,
    place.metric_date,
    pivoted.is_provisional,
    pivoted.day_strain,
    pivoted.energy,
    pivoted.average_heart_rate,
    pivoted.max_heart_rate,
    pivoted.steps,
    pivoted.recovery,
    pivoted.resting_heart_rate,
    pivoted.heart_rate_variability,
    pivoted.blood_oxygen,
    pivoted.skin_temperature,
    pivoted.sleep_performance,
    pivoted.hours_of_sleep,
    pivoted.sleep_efficiency,
    pivoted.sleep_consistency,
    pivoted.respiratory_rate,
    pivoted.light_sleep,
    pivoted.slow_wave_sleep,
    pivoted.rem_sleep,
    pivoted.awake_time,
    pivoted.time_in_bed,
    pivoted.sleep_cycles,
    pivoted.disturbances,
    pivoted.sleep_need,
    pivoted.naps,
    pivoted.nap_hours,
    pivoted.workouts,
    pivoted.workout_minutes,
    pivoted.workout_energy,
    pivoted.zone_0_minutes,
    pivoted.zone_1_minutes,
    pivoted.zone_2_minutes,
    pivoted.zone_3_minutes,
    pivoted.zone_4_minutes,
    pivoted.zone_5_minutes,
    states.cycle_id,
    states.cycle_state,
    states.recovery_state,
    states.main_sleep_id,
    states.sleep_state,
    states.workout_state,
    states.timezone_offset,
    states.asleep_at as sleep_started_at_local,
    states.awake_at as sleep_ended_at_local,
    states.sleep_need_baseline,
    states.sleep_debt_vendor,
    case
        when coalesce(states.cycle_state <> 'complete', true) or pivoted.is_provisional then null
        when states.workout_state = 'complete'
            then pivoted.zone_1_minutes + 2 * pivoted.zone_2_minutes + 3 * pivoted.zone_3_minutes
            + 4 * pivoted.zone_4_minutes + 5 * pivoted.zone_5_minutes
        when states.workout_state is null and exists (
            -- a day of rest, and not one of which nobody asked
            select
            from ops.slices as slice
            where slice.integration = %(integration)s
            and slice.athlete_id = place.athlete_id
            and slice.collection = 'workout'
            and slice.chunk_start < (place.metric_date + 1)::timestamp at time zone 'utc'
            and slice.chunk_start > (place.metric_date - 29)::timestamp at time zone 'utc'
            and slice.chunk_end > place.metric_date::timestamp at time zone 'utc'
            and slice.state = 'staged'
        ) then 0
    end as zone_load
from states
-- a day that only an export tells of has no record of the API
full join pivoted
    on states.athlete_id = pivoted.athlete_id
    and states.metric_date = pivoted.metric_date
cross join lateral (
    select
        coalesce(states.athlete_id, pivoted.athlete_id) as athlete_id,
        coalesce(states.metric_date, pivoted.metric_date) as metric_date
) as place;

analyze fresh_days;

create temporary table changed_days (
    athlete_id bigint not null,
    metric_date date not null
) on commit drop;

with stale as (
    delete from analytics.days as known
    using affected_days as affected
    where known.integration = %(integration)s
    and known.athlete_id = affected.athlete_id
    and known.metric_date = affected.metric_date
    and not exists (
        select
        from fresh_days as fresh
        where fresh.athlete_id = known.athlete_id
        and fresh.metric_date = known.metric_date
        and row(fresh.*) is not distinct from row(known.*)
    )
    returning known.athlete_id, known.metric_date
)

insert into changed_days (athlete_id, metric_date)
select
    athlete_id,
    metric_date
from stale;

with written as (
    insert into analytics.days
    select fresh.*
    from fresh_days as fresh
    where not exists (
        select
        from analytics.days as known
        where known.integration = %(integration)s
        and known.athlete_id = fresh.athlete_id
        and known.metric_date = fresh.metric_date
    )
    returning athlete_id, metric_date
)

insert into changed_days (athlete_id, metric_date)
select
    athlete_id,
    metric_date
from written
except
select
    athlete_id,
    metric_date
from changed_days;

analyze changed_days
