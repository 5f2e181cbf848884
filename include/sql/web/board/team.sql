-- The team board of a date: values, baselines, flags, and reasons for missing values.
-- Grain: one row per athlete, flagged athletes first, then the lowest recoveries. Offboarded athletes only if they
--   have data on the date.
-- Parameters: integration, date, squad (null: all athletes).
-- Inputs: analytics.athletes, analytics.days, analytics.trends, analytics.flags, analytics.coverage,
--   analytics.survey_responses.
-- Outputs: values in the units of analytics.metric_definitions; <metric>_usual, the baseline; <metric>_z, the
--   distance from it in SD; reasons, a JSON object of collection to reason; answers, a JSON object of question to
--   answer.
with members as (
    select
        athlete_id,
        name,
        external_id,
        squad,
        position,
        grant_state
    from analytics.athletes
    where integration = %(integration)s
    and (%(squad)s::text is null or squad = %(squad)s)
),

reasons as (
    select
        athlete_id,
        jsonb_object_agg(collection, reason) as reasons
    from analytics.coverage
    where integration = %(integration)s
    and metric_date = %(date)s
    group by athlete_id
),

answers as (
    select
        athlete_id,
        jsonb_object_agg(question, answer) as answers
    from analytics.survey_responses
    where integration = %(integration)s
    and response_date = %(date)s
    group by athlete_id
)

select
    members.athlete_id,
    members.name,
    members.external_id,
    members.squad,
    members.position,
    days.recovery,
    trends.recovery_zone,
    days.heart_rate_variability,
    exp(trends.ln_rmssd_baseline) as heart_rate_variability_usual,
    trends.ln_rmssd_z as heart_rate_variability_z,
    days.resting_heart_rate,
    trends.resting_heart_rate_baseline as resting_heart_rate_usual,
    trends.resting_heart_rate_z,
    days.hours_of_sleep,
    trends.hours_of_sleep_baseline as hours_of_sleep_usual,
    trends.hours_of_sleep_z,
    days.day_strain,
    days.is_provisional,
    day_before.day_strain as day_strain_before,
    coalesce(days.recovery_state = 'calibrating', false) as is_calibrating,
    flags.reason as flag,
    coalesce(flags.signals, '{}') as signals,
    coalesce(reasons.reasons, '{}') as reasons,
    coalesce(answers.answers, '{}') as answers
from members
left join analytics.days as days
    on days.integration = %(integration)s
    and members.athlete_id = days.athlete_id
    and days.metric_date = %(date)s
left join analytics.days as day_before
    on day_before.integration = %(integration)s
    and members.athlete_id = day_before.athlete_id
    and day_before.metric_date = %(date)s::date - 1
left join analytics.trends as trends
    on trends.integration = %(integration)s
    and members.athlete_id = trends.athlete_id
    and trends.metric_date = %(date)s
left join analytics.flags as flags
    on flags.integration = %(integration)s
    and members.athlete_id = flags.athlete_id
    and flags.metric_date = %(date)s
left join reasons on members.athlete_id = reasons.athlete_id
left join answers on members.athlete_id = answers.athlete_id
where members.grant_state <> 'offboarded' or days.athlete_id is not null
order by flags.reason is null, days.recovery, members.name, members.athlete_id
