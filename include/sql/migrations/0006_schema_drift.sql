-- What WHOOP sends that this version does not know.

create table ops.known_fields (
    collection text not null,
    parent text [] not null,
    fields text [] not null,
    primary key (collection, parent)
);
comment on table ops.known_fields is 'One row per JSON object in a record of a collection: the fields this version knows.';
comment on column ops.known_fields.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.known_fields.parent is 'Where the object is in the record: {} for the record itself, {score} and so on.';
comment on column ops.known_fields.fields is 'Names of its known fields.';

insert into ops.known_fields (collection, parent, fields)
values
    (
        'cycle', '{}',
        '{id,user_id,created_at,updated_at,start,end,timezone_offset,score_state,score,step_count}'
    ),
    ('cycle', '{score}', '{strain,kilojoule,average_heart_rate,max_heart_rate}'),
    ('recovery', '{}', '{cycle_id,sleep_id,user_id,created_at,updated_at,score_state,score}'),
    (
        'recovery', '{score}',
        '{user_calibrating,recovery_score,resting_heart_rate,hrv_rmssd_milli,spo2_percentage,skin_temp_celsius}'
    ),
    (
        'sleep', '{}',
        '{id,cycle_id,v1_id,user_id,created_at,updated_at,start,end,timezone_offset,nap,score_state,score}'
    ),
    (
        'sleep', '{score}',
        '{stage_summary,sleep_needed,respiratory_rate,sleep_performance_percentage,sleep_consistency_percentage,
        sleep_efficiency_percentage}'
    ),
    (
        'sleep', '{score,stage_summary}',
        '{total_in_bed_time_milli,total_awake_time_milli,total_no_data_time_milli,total_light_sleep_time_milli,
        total_slow_wave_sleep_time_milli,total_rem_sleep_time_milli,sleep_cycle_count,disturbance_count}'
    ),
    (
        'sleep', '{score,sleep_needed}',
        '{baseline_milli,need_from_sleep_debt_milli,need_from_recent_strain_milli,need_from_recent_nap_milli}'
    ),
    (
        'workout', '{}',
        '{id,v1_id,user_id,created_at,updated_at,start,end,timezone_offset,sport_name,sport_id,score_state,score}'
    ),
    (
        'workout', '{score}',
        '{strain,average_heart_rate,max_heart_rate,kilojoule,percent_recorded,distance_meter,altitude_gain_meter,
        altitude_change_meter,zone_durations}'
    ),
    (
        'workout', '{score,zone_durations}',
        '{zone_zero_milli,zone_one_milli,zone_two_milli,zone_three_milli,zone_four_milli,zone_five_milli}'
    );

create table ops.schema_drift (
    integration text not null,
    collection text not null,
    field text not null,
    run_id text not null,
    seen_at timestamptz not null default now(),
    primary key (integration, collection, field)
);
comment on table ops.schema_drift is 'One row per field that WHOOP sent and this version does not know; it is kept in raw.records.';
comment on column ops.schema_drift.integration is 'Name of the integration.';
comment on column ops.schema_drift.collection is 'cycle, recovery, sleep or workout.';
comment on column ops.schema_drift.field is 'Path of the field in the record; its first 200 characters.';
comment on column ops.schema_drift.run_id is 'Airflow run that first saw it.';
comment on column ops.schema_drift.seen_at is 'When it was first seen.';
