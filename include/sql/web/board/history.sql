-- An athlete's days for the charts and the table: values, baselines, flags, and reasons for missing values.
-- Grain: one row per date of a period, including dates without data, oldest first.
-- Parameters: integration, athlete_id, first_date, last_date.
-- Inputs: analytics.calendar, analytics.days, analytics.trends, analytics.rolling, analytics.flags,
--   analytics.coverage.
-- Outputs: values in the units of analytics.metric_definitions; <metric>_low and <metric>_high, the baseline ± 1 SD;
--   reasons, a JSON object of collection to reason.
with reasons as (
    select
        metric_date,
        jsonb_object_agg(collection, reason) as reasons
    from analytics.coverage
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
    and metric_date between %(first_date)s and %(last_date)s
    group by metric_date
),

respiratory_rate_range as (
    -- analytics.trends has the distance from the respiratory rate's baseline, but not the baseline
    select
        metric_date,
        respiratory_rate_mean28 - respiratory_rate_sd28 as low,
        respiratory_rate_mean28 + respiratory_rate_sd28 as high
    from analytics.rolling
    where integration = %(integration)s
    and athlete_id = %(athlete_id)s
    and metric_date between %(first_date)s and %(last_date)s
    and respiratory_rate_n28 >= 14
)

select
    calendar.calendar_date as metric_date,
    days.recovery,
    trends.recovery_zone,
    days.heart_rate_variability,
    days.resting_heart_rate,
    days.hours_of_sleep,
    days.respiratory_rate,
    days.light_sleep,
    days.slow_wave_sleep,
    days.rem_sleep,
    days.awake_time,
    days.sleep_need,
    days.day_strain,
    coalesce(days.is_provisional, false) as is_provisional,
    trends.zone_load,
    exp(trends.ln_rmssd_baseline - trends.ln_rmssd_baseline_sd) as heart_rate_variability_low,
    exp(trends.ln_rmssd_baseline + trends.ln_rmssd_baseline_sd) as heart_rate_variability_high,
    exp(trends.ln_rmssd_7d) as heart_rate_variability_7d,
    trends.resting_heart_rate_baseline - trends.resting_heart_rate_baseline_sd as resting_heart_rate_low,
    trends.resting_heart_rate_baseline + trends.resting_heart_rate_baseline_sd as resting_heart_rate_high,
    trends.resting_heart_rate_7d,
    trends.hours_of_sleep_baseline - trends.hours_of_sleep_baseline_sd as hours_of_sleep_low,
    trends.hours_of_sleep_baseline + trends.hours_of_sleep_baseline_sd as hours_of_sleep_high,
    trends.hours_of_sleep_7d,
    trends.zone_load_7d / 7 as zone_load_7d,
    respiratory_rate_range.low as respiratory_rate_low,
    respiratory_rate_range.high as respiratory_rate_high,
    flags.reason as flag,
    coalesce(flags.signals, '{}') as signals,
    coalesce(reasons.reasons, '{}') as reasons
from analytics.calendar
left join analytics.days as days
    on days.integration = %(integration)s
    and days.athlete_id = %(athlete_id)s
    and calendar.calendar_date = days.metric_date
left join analytics.trends as trends
    on trends.integration = %(integration)s
    and trends.athlete_id = %(athlete_id)s
    and calendar.calendar_date = trends.metric_date
left join respiratory_rate_range on calendar.calendar_date = respiratory_rate_range.metric_date
left join analytics.flags as flags
    on flags.integration = %(integration)s
    and flags.athlete_id = %(athlete_id)s
    and calendar.calendar_date = flags.metric_date
left join reasons on calendar.calendar_date = reasons.metric_date
where calendar.calendar_date between %(first_date)s and %(last_date)s
order by calendar.calendar_date
