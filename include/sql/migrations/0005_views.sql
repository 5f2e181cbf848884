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
