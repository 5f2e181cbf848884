-- analytics.athlete_days. Grain: one row per integration, athlete and date with a metric. Input: analytics.days.
-- The comments on the metric columns are derived from analytics.metric_definitions.

create view analytics.athlete_days as
select
    integration,
    athlete_id,
    metric_date,
    is_provisional,
    day_strain,
    energy,
    average_heart_rate,
    max_heart_rate,
    steps,
    recovery,
    resting_heart_rate,
    heart_rate_variability,
    blood_oxygen,
    skin_temperature,
    sleep_performance,
    hours_of_sleep,
    sleep_efficiency,
    sleep_consistency,
    respiratory_rate,
    light_sleep,
    slow_wave_sleep,
    rem_sleep,
    awake_time,
    time_in_bed,
    sleep_cycles,
    disturbances,
    sleep_need,
    naps,
    nap_hours,
    workouts,
    workout_minutes,
    workout_energy,
    zone_0_minutes,
    zone_1_minutes,
    zone_2_minutes,
    zone_3_minutes,
    zone_4_minutes,
    zone_5_minutes,
    recovery_state = 'calibrating' as is_calibrating,
    timezone_offset,
    sleep_started_at_local,
    sleep_ended_at_local,
    sleep_need_baseline,
    sleep_debt_vendor
from analytics.days
where is_provisional is not null;
comment on view analytics.athlete_days is 'One row per integration, athlete and date with a metric: a column per daily metric.';
comment on column analytics.athlete_days.integration is 'Name of the integration.';
comment on column analytics.athlete_days.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.athlete_days.metric_date is 'Local date of the athlete.';
comment on column analytics.athlete_days.is_provisional is 'True while a value of the day can still grow.';
comment on column analytics.athlete_days.is_calibrating is 'True while WHOOP is still learning the athlete; such days are left out of baselines. Null without a recovery.';
comment on column analytics.athlete_days.timezone_offset is 'UTC offset of the main sleep; without one, of the cycle; without either, of the first workout.';
comment on column analytics.athlete_days.sleep_started_at_local is 'Start of the main sleep, in the athlete''s local time.';
comment on column analytics.athlete_days.sleep_ended_at_local is 'End of the main sleep, in the athlete''s local time.';
comment on column analytics.athlete_days.sleep_need_baseline is 'Baseline sleep need according to WHOOP (h).';
comment on column analytics.athlete_days.sleep_debt_vendor is 'Additional sleep need from sleep debt, according to WHOOP (h).';
do $$
declare
    definition record;
begin
    for definition in
        select
            definitions.metric,
            definitions.description || coalesce(' (' || nullif(definitions.unit, '') || ').', '.') as meaning
        from analytics.metric_definitions as definitions
        inner join pg_catalog.pg_attribute as columns
            on columns.attrelid = 'analytics.athlete_days'::regclass
            and columns.attname = definitions.metric
        where definitions.kind = 'metric'
    loop
        execute format('comment on column analytics.athlete_days.%I is %L', definition.metric, definition.meaning);
    end loop;
end
$$;
