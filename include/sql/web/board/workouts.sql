-- An athlete's workouts.
-- Grain: one row per workout in a period, newest first.
-- Parameters: integration, athlete_id, first_date, last_date, max_rows.
-- Inputs: analytics.workouts.
-- Outputs: local start, sport, score state, duration in seconds, strain, energy in kJ, heart rates in bpm, minutes in
--   zones 1 to 5.
select
    metric_date,
    started_at_local,
    sport_name,
    score_state,
    extract(epoch from ended_at - started_at) as seconds,
    strain,
    energy,
    average_heart_rate,
    max_heart_rate,
    zone_1_minutes,
    zone_2_minutes,
    zone_3_minutes,
    zone_4_minutes,
    zone_5_minutes
from analytics.workouts
where integration = %(integration)s
and athlete_id = %(athlete_id)s
-- the index covers started_at only; local dates differ from UTC dates by at most one day
and started_at >= %(first_date)s::date - 1
and started_at < %(last_date)s::date + 2
and metric_date between %(first_date)s and %(last_date)s
order by started_at desc
limit %(max_rows)s
