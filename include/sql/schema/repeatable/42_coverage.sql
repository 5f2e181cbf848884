-- analytics.coverage: why there is a value, or none. Grain: one row per integration, athlete, date and collection, from the
-- first date of the integration to today.
-- Inputs: analytics.days, analytics.calendar, analytics.cycle_days, raw.records, ops.athletes, ops.runs, ops.slices,
-- vault.grants (only the state).

create view analytics.coverage as
with periods as (
    -- First date of an integration that was requested or has data.
    select
        integrations.integration,
        least(
            (
                select min(days.metric_date)
                from analytics.days
                where days.integration = integrations.integration
            ),
            (
                select min(runs.window_start)::date
                from ops.runs
                where runs.integration = integrations.integration
            )
        ) as first_date
    from (select distinct athletes.integration from ops.athletes) as integrations
),

members as (
    select
        athletes.integration,
        athletes.athlete_id,
        coalesce(grants.state, 'none') as grant_state,
        zone.utc_offset,
        (athletes.enrolled_at at time zone 'utc' + zone.utc_offset)::date as consent_date,
        coalesce(periods.first_date, (now() at time zone 'utc' + zone.utc_offset)::date) as first_date,
        greatest((now() at time zone 'utc' + zone.utc_offset)::date, latest.metric_date) as last_date
    from ops.athletes as athletes
    inner join periods on athletes.integration = periods.integration
    left join vault.grants as grants
        on athletes.integration = grants.integration
        and athletes.athlete_id = grants.athlete_id
    left join lateral (
        -- The latest known UTC offset of the athlete.
        select
            days.metric_date,
            days.timezone_offset
        from analytics.days
        where days.integration = athletes.integration
        and days.athlete_id = athletes.athlete_id
        order by days.metric_date desc
        limit 1
    ) as latest on true
    cross join lateral (
        select
            case
                when latest.timezone_offset ~ '^[+-][0-9]{2}:[0-5][0-9]$' then latest.timezone_offset::interval
                else interval '0'
            end as utc_offset
    ) as zone
),

spine as (
    select
        members.integration,
        members.athlete_id,
        calendar.calendar_date as metric_date,
        members.grant_state,
        members.consent_date,
        (calendar.calendar_date::timestamp - members.utc_offset) at time zone 'utc' as began_at,
        ((calendar.calendar_date + 1)::timestamp - members.utc_offset) at time zone 'utc' as ended_at
    from members
    inner join analytics.calendar as calendar
        on calendar.calendar_date between members.first_date and members.last_date
),

known as (
    select
        spine.integration,
        spine.athlete_id,
        spine.metric_date,
        parts.collection,
        parts.state,
        parts.absent_metrics,
        spine.grant_state,
        spine.consent_date,
        spine.began_at,
        spine.ended_at
    from spine
    left join analytics.days as days
        on spine.integration = days.integration
        and spine.athlete_id = days.athlete_id
        and spine.metric_date = days.metric_date
    cross join lateral (
        values
        (
            'cycle', days.cycle_state,
            array_remove(array[
                case when days.day_strain is null then 'day_strain' end,
                case when days.energy is null then 'energy' end,
                case when days.average_heart_rate is null then 'average_heart_rate' end,
                case when days.max_heart_rate is null then 'max_heart_rate' end,
                case when days.steps is null then 'steps' end
            ], null)
        ),
        (
            'recovery', days.recovery_state,
            array_remove(array[
                case when days.recovery is null then 'recovery' end,
                case when days.resting_heart_rate is null then 'resting_heart_rate' end,
                case when days.heart_rate_variability is null then 'heart_rate_variability' end,
                case when days.blood_oxygen is null then 'blood_oxygen' end,
                case when days.skin_temperature is null then 'skin_temperature' end
            ], null)
        ),
        (
            'sleep', days.sleep_state,
            array_remove(array[
                case when days.sleep_performance is null then 'sleep_performance' end,
                case when days.hours_of_sleep is null then 'hours_of_sleep' end,
                case when days.sleep_efficiency is null then 'sleep_efficiency' end,
                case when days.sleep_consistency is null then 'sleep_consistency' end,
                case when days.respiratory_rate is null then 'respiratory_rate' end,
                case when days.light_sleep is null then 'light_sleep' end,
                case when days.slow_wave_sleep is null then 'slow_wave_sleep' end,
                case when days.rem_sleep is null then 'rem_sleep' end,
                case when days.awake_time is null then 'awake_time' end,
                case when days.time_in_bed is null then 'time_in_bed' end,
                case when days.sleep_cycles is null then 'sleep_cycles' end,
                case when days.disturbances is null then 'disturbances' end,
                case when days.sleep_need is null then 'sleep_need' end,
                case when days.sleep_need_baseline is null then 'sleep_need_baseline' end,
                case when days.sleep_debt_vendor is null then 'sleep_debt_vendor' end,
                case when days.naps is null then 'naps' end,
                case when days.nap_hours is null then 'nap_hours' end
            ], null)
        ),
        (
            'workout', days.workout_state,
            array_remove(array[
                case when days.workouts is null then 'workouts' end,
                case when days.workout_minutes is null then 'workout_minutes' end,
                case when days.workout_energy is null then 'workout_energy' end,
                case when days.zone_0_minutes is null then 'zone_0_minutes' end,
                case when days.zone_1_minutes is null then 'zone_1_minutes' end,
                case when days.zone_2_minutes is null then 'zone_2_minutes' end,
                case when days.zone_3_minutes is null then 'zone_3_minutes' end,
                case when days.zone_4_minutes is null then 'zone_4_minutes' end,
                case when days.zone_5_minutes is null then 'zone_5_minutes' end
            ], null)
        )
    ) as parts (collection, state, absent_metrics)
)

select
    known.integration,
    known.athlete_id,
    known.metric_date,
    known.collection,
    case
        when known.state is not null then known.state
        when deleted.is_known then 'deleted_at_whoop'
        when asked.covers_all and not asked.has_quarantined then 'no_record'
        when asked.last_state in ('staged', 'handed_over') and not asked.has_quarantined then 'no_record'
        when asked.last_state is null and known.metric_date < known.consent_date then 'before_consent'
        when known.grant_state = 'reconnect' then 'reconnect'
        when known.grant_state = 'inactive' then 'inactive_membership'
        when asked.last_state is not null then 'failed'
        else 'not_asked'
    end as reason,
    case when known.state in ('complete', 'calibrating') then known.absent_metrics else '{}' end as absent_metrics,
    asked.asked_until
from known
left join lateral (
    -- Only where there is no record.
    select true as is_known
    from raw.records as gone
    where known.state is null
    and gone.integration = known.integration
    and gone.athlete_id = known.athlete_id
    and gone.collection = known.collection
    and gone.deleted_at is not null
    and gone.superseded_at is null
    and coalesce(
        (
            select cycle_days.metric_date
            from analytics.cycle_days
            where cycle_days.integration = gone.integration
            and cycle_days.athlete_id = gone.athlete_id
            and gone.collection <> 'workout'
            and cycle_days.cycle_id = case
                when gone.collection = 'sleep' then gone.payload ->> 'cycle_id'
                else gone.record_id
            end
        ),
        case gone.collection
            when 'workout' then raw.local_time(gone.started_at, gone.payload ->> 'timezone_offset')
            when 'cycle' then raw.local_time(gone.started_at + interval '8 hours', gone.payload ->> 'timezone_offset')
            else raw.local_time(gone.ended_at, gone.payload ->> 'timezone_offset')
        end::date
    ) = known.metric_date
    limit 1
) as deleted on true
left join lateral (
    -- What the pull log says about the date. A slice that never finished counts once its run has ended.
    select
        range_agg(tstzrange(slices.chunk_start, slices.chunk_end)) filter (
            where slices.state in ('staged', 'handed_over')
        )
        @> tstzrange(known.began_at, known.ended_at) as covers_all,
        (array_agg(slices.state order by slices.started_at desc, slices.chunk_start desc))[1] as last_state,
        coalesce(bool_or(slices.quarantined > 0), false) as has_quarantined,
        max(slices.chunk_end) filter (where slices.state in ('staged', 'handed_over')) as asked_until
    from ops.slices as slices
    left join ops.runs as runs
        on slices.integration = runs.integration
        and slices.run_id = runs.run_id
    where known.state is null
    and slices.integration = known.integration
    and slices.athlete_id = known.athlete_id
    and slices.collection = known.collection
    and slices.chunk_start < known.ended_at
    and slices.chunk_start > known.began_at - interval '29 days'
    and slices.chunk_end > known.began_at
    and (slices.state in ('staged', 'handed_over', 'failed', 'skipped') or runs.state <> 'running')
) as asked on true;
comment on view analytics.coverage is 'One row per integration, athlete, date and collection, from the first date of the integration to today: why there is a value, or none.';
comment on column analytics.coverage.integration is 'Name of the integration.';
comment on column analytics.coverage.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.coverage.metric_date is 'Local date of the athlete.';
comment on column analytics.coverage.collection is 'cycle, recovery, sleep (the main sleep) or workout.';
comment on column analytics.coverage.reason is 'complete, pending_score, unscorable, calibrating (WHOOP is still learning the athlete), no_record (requested, but WHOOP has none), not_asked, failed (pull again), reconnect (the athlete must consent again), inactive_membership, before_consent or deleted_at_whoop.';
comment on column analytics.coverage.absent_metrics is 'Metrics missing from the records of a complete or calibrating day: because of an older strap, because there was no nap, or because the value is in ops.quarantine.';
comment on column analytics.coverage.asked_until is 'Where there is no record: up to when WHOOP has been asked for the date.';
