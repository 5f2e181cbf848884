-- analytics.days: the daily metrics of an athlete side by side. The transform maintains it and inserts by position
-- (include/sql/pipeline/transform/days.sql), so the order of the columns matters.
-- The comments on the metric columns are derived from analytics.metric_definitions by repeatable/20_metric_definitions.sql.

create table analytics.days (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    is_provisional boolean,
    day_strain double precision,
    energy double precision,
    average_heart_rate double precision,
    max_heart_rate double precision,
    steps double precision,
    recovery double precision,
    resting_heart_rate double precision,
    heart_rate_variability double precision,
    blood_oxygen double precision,
    skin_temperature double precision,
    sleep_performance double precision,
    hours_of_sleep double precision,
    sleep_efficiency double precision,
    sleep_consistency double precision,
    respiratory_rate double precision,
    light_sleep double precision,
    slow_wave_sleep double precision,
    rem_sleep double precision,
    awake_time double precision,
    time_in_bed double precision,
    sleep_cycles double precision,
    disturbances double precision,
    sleep_need double precision,
    naps double precision,
    nap_hours double precision,
    workouts double precision,
    workout_minutes double precision,
    workout_energy double precision,
    zone_0_minutes double precision,
    zone_1_minutes double precision,
    zone_2_minutes double precision,
    zone_3_minutes double precision,
    zone_4_minutes double precision,
    zone_5_minutes double precision,
    cycle_id text,
    cycle_state text,
    recovery_state text,
    main_sleep_id text,
    sleep_state text,
    workout_state text,
    timezone_offset text,
    sleep_started_at_local timestamp,
    sleep_ended_at_local timestamp,
    sleep_need_baseline double precision,
    sleep_debt_vendor double precision,
    zone_load double precision,
    primary key (integration, athlete_id, metric_date)
);
create index days_date on analytics.days (integration, metric_date);
comment on table analytics.days is 'One row per integration, athlete and date with a record: the daily metrics, and the state of the records behind them.';
comment on column analytics.days.integration is 'Name of the integration.';
comment on column analytics.days.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.days.metric_date is 'Local date of the athlete.';
comment on column analytics.days.is_provisional is 'True while a value of the day can still grow; null on a day without values.';
comment on column analytics.days.cycle_id is 'WHOOP ID of the cycle that provides the values; null on a day that only has workouts.';
comment on column analytics.days.cycle_state is 'complete, pending_score or unscorable; null without a cycle.';
comment on column analytics.days.recovery_state is 'complete, calibrating, pending_score or unscorable; null without a recovery.';
comment on column analytics.days.main_sleep_id is 'WHOOP ID of the main sleep, if there is one.';
comment on column analytics.days.sleep_state is 'State of the main sleep: complete, pending_score or unscorable; null without a main sleep.';
comment on column analytics.days.workout_state is 'complete, or the state of the workout that is not complete; null without a workout.';
comment on column analytics.days.timezone_offset is 'UTC offset of the main sleep; without one, of the cycle; without either, of the first workout.';
comment on column analytics.days.sleep_started_at_local is 'Start of the main sleep, in the athlete''s local time.';
comment on column analytics.days.sleep_ended_at_local is 'End of the main sleep, in the athlete''s local time.';
comment on column analytics.days.sleep_need_baseline is 'Baseline sleep need according to WHOOP (h).';
comment on column analytics.days.sleep_debt_vendor is 'Additional sleep need from sleep debt, according to WHOOP (h).';
comment on column analytics.days.zone_load is 'Minutes in heart rate zones 1 to 5, each multiplied by the number of the zone, added up. 0 on a closed day for which WHOOP was asked and has no workouts.';
