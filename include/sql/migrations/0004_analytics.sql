-- Schema analytics: what analysts query.

create schema if not exists analytics;
comment on schema analytics is 'What analysts query: metrics, and the sleeps and workouts behind them.';

create table analytics.metric_definitions (
    metric text primary key,
    title text not null,
    unit text not null,
    description text not null,
    source text not null,
    minimum double precision,
    maximum double precision
);
comment on table analytics.metric_definitions is 'One row per metric.';
comment on column analytics.metric_definitions.metric is 'Name of the metric.';
comment on column analytics.metric_definitions.title is 'Name for people.';
comment on column analytics.metric_definitions.unit is 'Unit of the value; empty where it has none.';
comment on column analytics.metric_definitions.description is 'What the value tells.';
comment on column analytics.metric_definitions.source is 'Field of WHOOP it comes from.';
comment on column analytics.metric_definitions.minimum is 'Least plausible value; a lower one is kept in ops.quarantine instead.';
comment on column analytics.metric_definitions.maximum is 'Greatest plausible value; a higher one is kept in ops.quarantine instead.';

-- noqa: disable=LT05
insert into analytics.metric_definitions (metric, title, unit, description, source, minimum, maximum)
values
    ('day_strain', 'Day strain', '', 'Cardiovascular load of the day; provisional while the cycle is open', 'cycle.score.strain', 0, 21),
    ('energy', 'Energy', 'kJ', 'Energy spent over the cycle, rest included', 'cycle.score.kilojoule', 0, 100000),
    ('average_heart_rate', 'Average heart rate', 'bpm', 'Average over the cycle', 'cycle.score.average_heart_rate', 20, 250),
    ('max_heart_rate', 'Maximum heart rate', 'bpm', 'Highest over the cycle', 'cycle.score.max_heart_rate', 20, 260),
    ('steps', 'Steps', 'count', 'Steps of the cycle; none when the strap was not worn throughout', 'cycle.step_count', 0, 300000),
    ('recovery', 'Recovery', '%', 'How ready the body is, from the main sleep', 'recovery.score.recovery_score', 0, 100),
    ('resting_heart_rate', 'Resting heart rate', 'bpm', 'Resting heart rate during the main sleep', 'recovery.score.resting_heart_rate', 20, 150),
    ('heart_rate_variability', 'Heart rate variability', 'ms', 'RMSSD during the main sleep', 'recovery.score.hrv_rmssd_milli', 0, 500),
    ('blood_oxygen', 'Blood oxygen', '%', 'Oxygen saturation during the main sleep (strap 4.0 or later)', 'recovery.score.spo2_percentage', 50, 100),
    ('skin_temperature', 'Skin temperature', 'celsius', 'Skin temperature during the main sleep (strap 4.0 or later)', 'recovery.score.skin_temp_celsius', 15, 45),
    ('sleep_performance', 'Sleep performance', '%', 'Sleep against need, by WHOOP''s own formula (changed in May 2025)', 'sleep.score.sleep_performance_percentage', 0, 100),
    ('hours_of_sleep', 'Hours of sleep', 'h', 'Light, slow-wave and REM sleep of the main sleep', 'sleep.score.stage_summary', 0, 48),
    ('sleep_efficiency', 'Sleep efficiency', '%', 'Time asleep against time in bed', 'sleep.score.sleep_efficiency_percentage', 0, 100),
    ('sleep_consistency', 'Sleep consistency', '%', 'Regularity of bed and wake times', 'sleep.score.sleep_consistency_percentage', 0, 100),
    ('respiratory_rate', 'Respiratory rate', 'breaths/min', 'Breaths per minute during the main sleep', 'sleep.score.respiratory_rate', 3, 60),
    ('light_sleep', 'Light sleep', 'h', 'Light sleep of the main sleep', 'sleep.score.stage_summary.total_light_sleep_time_milli', 0, 48),
    ('slow_wave_sleep', 'Slow-wave sleep', 'h', 'Deep sleep of the main sleep', 'sleep.score.stage_summary.total_slow_wave_sleep_time_milli', 0, 48),
    ('rem_sleep', 'REM sleep', 'h', 'REM sleep of the main sleep', 'sleep.score.stage_summary.total_rem_sleep_time_milli', 0, 48),
    ('awake_time', 'Awake time', 'h', 'Time awake during the main sleep', 'sleep.score.stage_summary.total_awake_time_milli', 0, 48),
    ('time_in_bed', 'Time in bed', 'h', 'From first to last of the main sleep', 'sleep.score.stage_summary.total_in_bed_time_milli', 0, 48),
    ('sleep_cycles', 'Sleep cycles', 'count', 'Sleep cycles of the main sleep', 'sleep.score.stage_summary.sleep_cycle_count', 0, 100),
    ('disturbances', 'Disturbances', 'count', 'Disturbances during the main sleep', 'sleep.score.stage_summary.disturbance_count', 0, 1000),
    ('sleep_need', 'Sleep need', 'h', 'Need before the main sleep: baseline, debt, strain and naps together', 'sleep.score.sleep_needed', 0, 48),
    ('naps', 'Naps', 'count', 'Naps of the day, whatever their score state', 'sleep.nap', 1, 24),
    ('nap_hours', 'Nap hours', 'h', 'Light, slow-wave and REM sleep of the scored naps of the day', 'sleep.score.stage_summary', 0, 24),
    ('workouts', 'Workouts', 'count', 'Workouts that began that day, whatever their score state', 'workout', 1, 100),
    ('workout_minutes', 'Workout minutes', 'min', 'Duration of the scored workouts that began that day', 'workout.start, workout.end', 0, 2880),
    ('workout_energy', 'Workout energy', 'kJ', 'Energy of the scored workouts that began that day', 'workout.score.kilojoule', 0, 100000),
    ('zone_0_minutes', 'Minutes in zone 0', 'min', 'Time in heart rate zone 0 over the scored workouts of the day', 'workout.score.zone_durations.zone_zero_milli', 0, 2880),
    ('zone_1_minutes', 'Minutes in zone 1', 'min', 'Time in heart rate zone 1 over the scored workouts of the day', 'workout.score.zone_durations.zone_one_milli', 0, 2880),
    ('zone_2_minutes', 'Minutes in zone 2', 'min', 'Time in heart rate zone 2 over the scored workouts of the day', 'workout.score.zone_durations.zone_two_milli', 0, 2880),
    ('zone_3_minutes', 'Minutes in zone 3', 'min', 'Time in heart rate zone 3 over the scored workouts of the day', 'workout.score.zone_durations.zone_three_milli', 0, 2880),
    ('zone_4_minutes', 'Minutes in zone 4', 'min', 'Time in heart rate zone 4 over the scored workouts of the day', 'workout.score.zone_durations.zone_four_milli', 0, 2880),
    ('zone_5_minutes', 'Minutes in zone 5', 'min', 'Time in heart rate zone 5 over the scored workouts of the day', 'workout.score.zone_durations.zone_five_milli', 0, 2880);
-- noqa: enable=LT05

create table analytics.metrics (
    integration text not null,
    athlete_id bigint not null,
    metric_date date not null,
    metric text not null references analytics.metric_definitions,
    value double precision not null,
    unit text not null,
    is_provisional boolean not null default false,
    source_record_id text,
    updated_at timestamptz not null default now(),
    primary key (integration, athlete_id, metric, metric_date)
);
create index metrics_date on analytics.metrics (integration, metric_date);
comment on table analytics.metrics is 'One row per integration, athlete, date and metric.';
comment on column analytics.metrics.integration is 'Name of the integration.';
comment on column analytics.metrics.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.metrics.metric_date is 'Local date of the athlete: of waking for day and night, of the start for workouts.';
comment on column analytics.metrics.metric is 'Name of the metric, see analytics.metric_definitions.';
comment on column analytics.metrics.value is 'The value, with the precision WHOOP gave.';
comment on column analytics.metrics.unit is 'Unit of the value.';
comment on column analytics.metrics.is_provisional is 'True while the cycle is open and the value may still grow.';
comment on column analytics.metrics.source_record_id is 'Record the value comes from; null where several are added up.';
comment on column analytics.metrics.updated_at is 'When value or provisional mark last changed.';

create table analytics.cycle_days (
    integration text not null,
    athlete_id bigint not null,
    cycle_id text not null,
    metric_date date not null,
    cycle_started_at timestamptz not null,
    main_sleep_id text,
    sleep_ids text [] not null,
    primary key (integration, athlete_id, cycle_id)
);
create index cycle_days_date on analytics.cycle_days (integration, athlete_id, metric_date);
comment on table analytics.cycle_days is 'One row per cycle: the date it belongs to. Of two on one date the later start gives the metrics.';
comment on column analytics.cycle_days.integration is 'Name of the integration.';
comment on column analytics.cycle_days.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.cycle_days.cycle_id is 'Id of the cycle at WHOOP.';
comment on column analytics.cycle_days.metric_date is 'Local date on which its main sleep ended; see docs/metrics.md for the two exceptions.';
comment on column analytics.cycle_days.cycle_started_at is 'Start of the cycle.';
comment on column analytics.cycle_days.main_sleep_id is 'Id of its main sleep, if it has one.';
comment on column analytics.cycle_days.sleep_ids is 'Ids of all its sleeps, naps included.';

create table analytics.survey_responses (
    integration text not null,
    athlete_id bigint not null,
    response_date date not null,
    question text not null,
    answer text not null,
    primary key (integration, athlete_id, response_date, question)
);
comment on table analytics.survey_responses is 'One row per athlete, date and question.';
comment on column analytics.survey_responses.integration is 'Name of the integration.';
comment on column analytics.survey_responses.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.survey_responses.response_date is 'Local date of the answer.';
comment on column analytics.survey_responses.question is 'The question, as asked.';
comment on column analytics.survey_responses.answer is 'The answer, as given.';
