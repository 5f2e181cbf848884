-- analytics.workouts. Grain: one row per workout that WHOOP still returns. Input: raw.records.
-- Only scored workouts have values. Durations are converted from milliseconds to minutes.

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
    -- WHOOP sends either a percentage or a fraction: a fully recorded workout is 100 or 1.
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
comment on view analytics.workouts is 'One row per workout that WHOOP still returns. Only scored workouts have values.';
comment on column analytics.workouts.integration is 'Name of the integration.';
comment on column analytics.workouts.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.workouts.workout_id is 'WHOOP ID of the workout.';
comment on column analytics.workouts.sport_name is 'Sport as WHOOP names it, including recovery activities such as sauna.';
comment on column analytics.workouts.score_state is 'SCORED, PENDING_SCORE or UNSCORABLE.';
comment on column analytics.workouts.metric_date is 'Date of the start, in the athlete''s local time.';
comment on column analytics.workouts.started_at is 'Start.';
comment on column analytics.workouts.ended_at is 'End.';
comment on column analytics.workouts.started_at_local is 'Start, in the athlete''s local time.';
comment on column analytics.workouts.ended_at_local is 'End, in the athlete''s local time.';
comment on column analytics.workouts.timezone_offset is 'UTC offset when the workout was recorded: +hh:mm, -hh:mm or Z.';
comment on column analytics.workouts.strain is 'Cardiovascular load of the workout (0 to 21).';
comment on column analytics.workouts.energy is 'Energy expended (kJ).';
comment on column analytics.workouts.average_heart_rate is 'Average heart rate (bpm).';
comment on column analytics.workouts.max_heart_rate is 'Maximum heart rate (bpm).';
comment on column analytics.workouts.percent_recorded is 'Share of the workout for which heart rate was recorded (%), 0 to 100.';
comment on column analytics.workouts.distance is 'Distance covered (m), if it was measured.';
comment on column analytics.workouts.altitude_gain is 'Total climb, without subtracting descents (m), if it was measured.';
comment on column analytics.workouts.altitude_change is 'Altitude at the end minus altitude at the start (m), if it was measured.';
comment on column analytics.workouts.zone_0_minutes is 'Time in heart rate zone 0 (min).';
comment on column analytics.workouts.zone_1_minutes is 'Time in heart rate zone 1 (min).';
comment on column analytics.workouts.zone_2_minutes is 'Time in heart rate zone 2 (min).';
comment on column analytics.workouts.zone_3_minutes is 'Time in heart rate zone 3 (min).';
comment on column analytics.workouts.zone_4_minutes is 'Time in heart rate zone 4 (min).';
comment on column analytics.workouts.zone_5_minutes is 'Time in heart rate zone 5 (min).';
