-- The wide and the detailed views of schema analytics.

create view analytics.athlete_days as
select
    integration,
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
from analytics.metrics
group by integration, athlete_id, metric_date;
comment on view analytics.athlete_days is 'One row per integration, athlete and date: a column per daily metric.';
comment on column analytics.athlete_days.integration is 'Name of the integration.';
comment on column analytics.athlete_days.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.athlete_days.metric_date is 'Local date of the athlete.';
comment on column analytics.athlete_days.is_provisional is 'True while a value of the day may still grow.';
comment on column analytics.athlete_days.day_strain is 'Cardiovascular load of the day (0 to 21).';
comment on column analytics.athlete_days.energy is 'Energy spent over the cycle, rest included (kJ).';
comment on column analytics.athlete_days.average_heart_rate is 'Average over the cycle (bpm).';
comment on column analytics.athlete_days.max_heart_rate is 'Highest over the cycle (bpm).';
comment on column analytics.athlete_days.steps is 'Steps of the cycle (count).';
comment on column analytics.athlete_days.recovery is 'How ready the body is, from the main sleep (%).';
comment on column analytics.athlete_days.resting_heart_rate is 'Resting heart rate during the main sleep (bpm).';
comment on column analytics.athlete_days.heart_rate_variability is 'RMSSD during the main sleep (ms).';
comment on column analytics.athlete_days.blood_oxygen is 'Oxygen saturation during the main sleep (strap 4.0 or later) (%).';
comment on column analytics.athlete_days.skin_temperature is 'Skin temperature during the main sleep (strap 4.0 or later) (celsius).';
comment on column analytics.athlete_days.sleep_performance is 'Sleep against need, by WHOOP''s own formula (changed in May 2025) (%).';
comment on column analytics.athlete_days.hours_of_sleep is 'Light, slow-wave and REM sleep of the main sleep (h).';
comment on column analytics.athlete_days.sleep_efficiency is 'Time asleep against time in bed (%).';
comment on column analytics.athlete_days.sleep_consistency is 'Regularity of bed and wake times (%).';
comment on column analytics.athlete_days.respiratory_rate is 'Breaths per minute during the main sleep (breaths/min).';
comment on column analytics.athlete_days.light_sleep is 'Light sleep of the main sleep (h).';
comment on column analytics.athlete_days.slow_wave_sleep is 'Deep sleep of the main sleep (h).';
comment on column analytics.athlete_days.rem_sleep is 'REM sleep of the main sleep (h).';
comment on column analytics.athlete_days.awake_time is 'Time awake during the main sleep (h).';
comment on column analytics.athlete_days.time_in_bed is 'From first to last of the main sleep (h).';
comment on column analytics.athlete_days.sleep_cycles is 'Sleep cycles of the main sleep (count).';
comment on column analytics.athlete_days.disturbances is 'Disturbances during the main sleep (count).';
comment on column analytics.athlete_days.sleep_need is 'Need before the main sleep: baseline, debt, strain and naps together (h).';
comment on column analytics.athlete_days.naps is 'Naps of the day, whatever their score state (count).';
comment on column analytics.athlete_days.nap_hours is 'Light, slow-wave and REM sleep of the scored naps of the day (h).';
comment on column analytics.athlete_days.workouts is 'Workouts that began that day, whatever their score state (count).';
comment on column analytics.athlete_days.workout_minutes is 'Duration of the scored workouts that began that day (min).';
comment on column analytics.athlete_days.workout_energy is 'Energy of the scored workouts that began that day (kJ).';
comment on column analytics.athlete_days.zone_0_minutes is 'Time in heart rate zone 0 over the scored workouts of the day (min).';
comment on column analytics.athlete_days.zone_1_minutes is 'Time in heart rate zone 1 over the scored workouts of the day (min).';
comment on column analytics.athlete_days.zone_2_minutes is 'Time in heart rate zone 2 over the scored workouts of the day (min).';
comment on column analytics.athlete_days.zone_3_minutes is 'Time in heart rate zone 3 over the scored workouts of the day (min).';
comment on column analytics.athlete_days.zone_4_minutes is 'Time in heart rate zone 4 over the scored workouts of the day (min).';
comment on column analytics.athlete_days.zone_5_minutes is 'Time in heart rate zone 5 over the scored workouts of the day (min).';

create view analytics.workouts as
select
    known.integration,
    known.athlete_id,
    known.record_id as workout_id,
    known.payload ->> 'sport_name' as sport_name,
    known.payload ->> 'score_state' as score_state,
    raw.local_time(known.started_at, known.payload ->> 'timezone_offset')::date as metric_date,
    known.started_at,
    known.ended_at,
    raw.local_time(known.started_at, known.payload ->> 'timezone_offset') as started_at_local,
    raw.local_time(known.ended_at, known.payload ->> 'timezone_offset') as ended_at_local,
    known.payload ->> 'timezone_offset' as timezone_offset,
    raw.number(scored.score -> 'strain') as strain,
    raw.number(scored.score -> 'kilojoule') as energy,
    raw.number(scored.score -> 'average_heart_rate') as average_heart_rate,
    raw.number(scored.score -> 'max_heart_rate') as max_heart_rate,
    raw.number(scored.score -> 'percent_recorded')
    -- WHOOP tells a fully recorded workout as 100 or as 1
    * case when raw.number(scored.score -> 'percent_recorded') <= 1 then 100 else 1 end as percent_recorded,
    raw.number(scored.score -> 'distance_meter') as distance,
    raw.number(scored.score -> 'altitude_gain_meter') as altitude_gain,
    raw.number(scored.score -> 'altitude_change_meter') as altitude_change,
    raw.number(scored.score #> '{zone_durations,zone_zero_milli}') / 60000 as zone_0_minutes,
    raw.number(scored.score #> '{zone_durations,zone_one_milli}') / 60000 as zone_1_minutes,
    raw.number(scored.score #> '{zone_durations,zone_two_milli}') / 60000 as zone_2_minutes,
    raw.number(scored.score #> '{zone_durations,zone_three_milli}') / 60000 as zone_3_minutes,
    raw.number(scored.score #> '{zone_durations,zone_four_milli}') / 60000 as zone_4_minutes,
    raw.number(scored.score #> '{zone_durations,zone_five_milli}') / 60000 as zone_5_minutes
from raw.records as known
cross join lateral (
    select case when known.payload ->> 'score_state' = 'SCORED' then known.payload -> 'score' end as score
) as scored
where known.collection = 'workout'
and known.superseded_at is null
and known.deleted_at is null;
comment on view analytics.workouts is 'One row per workout that WHOOP still returns; values only of scored ones.';
comment on column analytics.workouts.integration is 'Name of the integration.';
comment on column analytics.workouts.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.workouts.workout_id is 'Id of the workout at WHOOP.';
comment on column analytics.workouts.sport_name is 'Sport as WHOOP names it, recovery activities such as sauna included.';
comment on column analytics.workouts.score_state is 'SCORED, PENDING_SCORE or UNSCORABLE.';
comment on column analytics.workouts.metric_date is 'Local date of the start.';
comment on column analytics.workouts.started_at is 'Start.';
comment on column analytics.workouts.ended_at is 'End.';
comment on column analytics.workouts.started_at_local is 'Start by the clock of the athlete.';
comment on column analytics.workouts.ended_at_local is 'End by the same clock.';
comment on column analytics.workouts.timezone_offset is 'Offset from UTC when it was recorded: +hh:mm, -hh:mm or Z.';
comment on column analytics.workouts.strain is 'Cardiovascular load of the workout (0 to 21).';
comment on column analytics.workouts.energy is 'Energy spent (kJ).';
comment on column analytics.workouts.average_heart_rate is 'Average over the workout (bpm).';
comment on column analytics.workouts.max_heart_rate is 'Highest over the workout (bpm).';
comment on column analytics.workouts.percent_recorded is 'Part of the workout with heart rate (%), 0 to 100.';
comment on column analytics.workouts.distance is 'Distance covered (m), where it was measured.';
comment on column analytics.workouts.altitude_gain is 'Climb, descents not taken off (m), where it was measured.';
comment on column analytics.workouts.altitude_change is 'Height of the end above the start (m), where it was measured.';
comment on column analytics.workouts.zone_0_minutes is 'Time in heart rate zone 0 (min).';
comment on column analytics.workouts.zone_1_minutes is 'Time in heart rate zone 1 (min).';
comment on column analytics.workouts.zone_2_minutes is 'Time in heart rate zone 2 (min).';
comment on column analytics.workouts.zone_3_minutes is 'Time in heart rate zone 3 (min).';
comment on column analytics.workouts.zone_4_minutes is 'Time in heart rate zone 4 (min).';
comment on column analytics.workouts.zone_5_minutes is 'Time in heart rate zone 5 (min).';

create view analytics.sleeps as
with attached as (
    select
        cycle_days.integration,
        cycle_days.athlete_id,
        cycle_days.cycle_id,
        cycle_days.metric_date,
        sleep.id as sleep_id,
        coalesce(cycle_days.main_sleep_id = sleep.id, false) as is_main_sleep
    from analytics.cycle_days
    cross join lateral unnest(cycle_days.sleep_ids) as sleep (id)
)

select
    known.integration,
    known.athlete_id,
    known.record_id as sleep_id,
    coalesce(attached.cycle_id, known.payload ->> 'cycle_id') as cycle_id,
    coalesce(known.payload -> 'nap' = 'true', false) as is_nap,
    coalesce(attached.is_main_sleep, false) as is_main_sleep,
    known.payload ->> 'score_state' as score_state,
    attached.metric_date,
    known.started_at,
    known.ended_at,
    raw.local_time(known.started_at, known.payload ->> 'timezone_offset') as started_at_local,
    raw.local_time(known.ended_at, known.payload ->> 'timezone_offset') as ended_at_local,
    known.payload ->> 'timezone_offset' as timezone_offset,
    (
        raw.number(scored.stages -> 'total_light_sleep_time_milli')
        + raw.number(scored.stages -> 'total_slow_wave_sleep_time_milli')
        + raw.number(scored.stages -> 'total_rem_sleep_time_milli')
    ) / 3600000 as hours_of_sleep,
    raw.number(scored.stages -> 'total_light_sleep_time_milli') / 3600000 as light_sleep,
    raw.number(scored.stages -> 'total_slow_wave_sleep_time_milli') / 3600000 as slow_wave_sleep,
    raw.number(scored.stages -> 'total_rem_sleep_time_milli') / 3600000 as rem_sleep,
    raw.number(scored.stages -> 'total_awake_time_milli') / 3600000 as awake_time,
    raw.number(scored.stages -> 'total_no_data_time_milli') / 3600000 as no_data_time,
    raw.number(scored.stages -> 'total_in_bed_time_milli') / 3600000 as time_in_bed,
    raw.number(scored.stages -> 'sleep_cycle_count') as sleep_cycles,
    raw.number(scored.stages -> 'disturbance_count') as disturbances,
    (
        raw.number(scored.need -> 'baseline_milli')
        + raw.number(scored.need -> 'need_from_sleep_debt_milli')
        + raw.number(scored.need -> 'need_from_recent_strain_milli')
        + raw.number(scored.need -> 'need_from_recent_nap_milli')
    ) / 3600000 as sleep_need,
    raw.number(scored.need -> 'baseline_milli') / 3600000 as need_baseline,
    raw.number(scored.need -> 'need_from_sleep_debt_milli') / 3600000 as need_from_sleep_debt,
    raw.number(scored.need -> 'need_from_recent_strain_milli') / 3600000 as need_from_strain,
    raw.number(scored.need -> 'need_from_recent_nap_milli') / 3600000 as need_from_naps,
    raw.number(scored.score -> 'respiratory_rate') as respiratory_rate,
    raw.number(scored.score -> 'sleep_performance_percentage') as sleep_performance,
    raw.number(scored.score -> 'sleep_consistency_percentage') as sleep_consistency,
    raw.number(scored.score -> 'sleep_efficiency_percentage') as sleep_efficiency
from raw.records as known
left join attached
    on known.integration = attached.integration
    and known.athlete_id = attached.athlete_id
    and known.record_id = attached.sleep_id
cross join lateral (
    select
        case when known.payload ->> 'score_state' = 'SCORED' then known.payload -> 'score' end as score,
        case
            when known.payload ->> 'score_state' = 'SCORED' then known.payload #> '{score,stage_summary}'
        end as stages,
        case when known.payload ->> 'score_state' = 'SCORED' then known.payload #> '{score,sleep_needed}' end as need
) as scored
where known.collection = 'sleep'
and known.superseded_at is null
and known.deleted_at is null;
comment on view analytics.sleeps is 'One row per sleep or nap that WHOOP still returns; values only of scored ones.';
comment on column analytics.sleeps.integration is 'Name of the integration.';
comment on column analytics.sleeps.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.sleeps.sleep_id is 'Id of the sleep at WHOOP.';
comment on column analytics.sleeps.cycle_id is 'Id of its cycle at WHOOP.';
comment on column analytics.sleeps.is_nap is 'Whether WHOOP calls it a nap.';
comment on column analytics.sleeps.is_main_sleep is 'Whether it is the main sleep of its cycle.';
comment on column analytics.sleeps.score_state is 'SCORED, PENDING_SCORE or UNSCORABLE.';
comment on column analytics.sleeps.metric_date is 'Date of its cycle; null while the cycle cannot be dated.';
comment on column analytics.sleeps.started_at is 'Start.';
comment on column analytics.sleeps.ended_at is 'End.';
comment on column analytics.sleeps.started_at_local is 'Start by the clock of the athlete.';
comment on column analytics.sleeps.ended_at_local is 'End by the same clock.';
comment on column analytics.sleeps.timezone_offset is 'Offset from UTC when it was recorded: +hh:mm, -hh:mm or Z.';
comment on column analytics.sleeps.hours_of_sleep is 'Light, slow-wave and REM sleep (h).';
comment on column analytics.sleeps.light_sleep is 'Light sleep (h).';
comment on column analytics.sleeps.slow_wave_sleep is 'Deep sleep (h).';
comment on column analytics.sleeps.rem_sleep is 'REM sleep (h).';
comment on column analytics.sleeps.awake_time is 'Time awake (h).';
comment on column analytics.sleeps.no_data_time is 'Time without data (h).';
comment on column analytics.sleeps.time_in_bed is 'All of the above together (h).';
comment on column analytics.sleeps.sleep_cycles is 'Sleep cycles (count).';
comment on column analytics.sleeps.disturbances is 'Disturbances (count).';
comment on column analytics.sleeps.sleep_need is 'Need before this sleep: the four parts together (h).';
comment on column analytics.sleeps.need_baseline is 'Need at rest (h).';
comment on column analytics.sleeps.need_from_sleep_debt is 'Need from too little sleep before (h).';
comment on column analytics.sleeps.need_from_strain is 'Need from recent strain (h).';
comment on column analytics.sleeps.need_from_naps is 'What recent naps take off: zero or negative (h).';
comment on column analytics.sleeps.respiratory_rate is 'Breaths per minute (breaths/min).';
comment on column analytics.sleeps.sleep_performance is 'Sleep against need, by WHOOP''s own formula (%).';
comment on column analytics.sleeps.sleep_consistency is 'Regularity of bed and wake times (%); none for naps.';
comment on column analytics.sleeps.sleep_efficiency is 'Time asleep against time in bed (%).';

create view analytics.athletes as
select
    athletes.integration,
    athletes.athlete_id,
    concat_ws(' ', athletes.first_name, athletes.last_name) as name,
    athletes.external_id,
    coalesce(grants.state, 'none') as grant_state,
    period.first_date,
    period.last_date
from ops.athletes as athletes
left join vault.grants as grants
    on athletes.integration = grants.integration
    and athletes.athlete_id = grants.athlete_id
cross join lateral (
    -- by metric, for the primary key then has the first and the last date at hand
    select
        min(edge.first_date) as first_date,
        max(edge.last_date) as last_date
    from analytics.metric_definitions as definition
    cross join lateral (
        select
            min(metrics.metric_date) as first_date,
            max(metrics.metric_date) as last_date
        from analytics.metrics as metrics
        where metrics.integration = athletes.integration
        and metrics.athlete_id = athletes.athlete_id
        and metrics.metric = definition.metric
    ) as edge
) as period;
comment on view analytics.athletes is 'One row per integration and athlete who ever consented.';
comment on column analytics.athletes.integration is 'Name of the integration.';
comment on column analytics.athletes.athlete_id is 'user_id of WHOOP (int64).';
comment on column analytics.athletes.name is 'First and last name.';
comment on column analytics.athletes.external_id is 'Id of the athlete in the systems of the team, if known.';
comment on column analytics.athletes.grant_state is 'active, reconnect (must consent again), inactive (membership) or none.';
comment on column analytics.athletes.first_date is 'First date with a metric.';
comment on column analytics.athletes.last_date is 'Last date with a metric.';
