-- One row per workout of an athlete in a period, newest first.
-- Parameters: integration, athlete_id, first_date, last_date, most.
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
-- local dates lie within a day of UTC's: the index knows the start only
and started_at >= %(first_date)s::date - 1
and started_at < %(last_date)s::date + 2
and metric_date between %(first_date)s and %(last_date)s
order by started_at desc
limit %(most)s
