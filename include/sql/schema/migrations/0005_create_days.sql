-- analytics.days: the metrics of an athlete's day side by side. The transform maintains it, and analytics.metrics shows
-- each value as a row.
-- repeatable/23_metric_columns.sql.j2 adds a column for each metric of the catalogue include/metrics.yaml.

create table analytics.days (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    is_provisional boolean,
    cycle_id text,
    is_cycle_open boolean,
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
    exported text [],
    export_cycle_id text,
    is_export_cycle_open boolean,
    written_at timestamptz not null default now(),
    revised jsonb,
    primary key (integration, athlete_id, metric_date)
);
create index days_date on analytics.days (integration, metric_date);
comment on table analytics.days is 'One row per integration, athlete and date with a record: the metrics, where they come from, and the state of the records behind them.';
comment on column analytics.days.integration is 'Name of the integration.';
comment on column analytics.days.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.days.metric_date is 'Date in the athlete''s local time.';
comment on column analytics.days.is_provisional is 'True while a value of the day can still change; null on a day without values.';
comment on column analytics.days.cycle_id is 'WHOOP ID of the cycle that provides the values; null on a day that has only workouts.';
comment on column analytics.days.is_cycle_open is 'True while that cycle is open, so that its values can still change.';
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
comment on column analytics.days.zone_load is 'Sum of the minutes in heart rate zones 1 to 5, each multiplied by the number of its zone. 0 on a closed day for which WHOOP has no workouts.';
comment on column analytics.days.exported is 'Metrics whose value comes from the athlete''s own data export, because the API has none; null if there are none.';
comment on column analytics.days.export_cycle_id is 'Exported cycle that gave the values listed in exported; null if they come only from naps or workouts.';
comment on column analytics.days.is_export_cycle_open is 'True if that cycle was open when it was exported and gives a value that can still change.';
comment on column analytics.days.written_at is 'When the row was first written.';
comment on column analytics.days.revised is 'For each metric that was added or changed after written_at, the time of its last change. Null if there is none.';
