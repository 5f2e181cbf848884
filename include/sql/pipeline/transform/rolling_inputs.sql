-- Prepare the daily values for the rolling statistics. A day on which WHOOP is still calibrating is not valid, because
-- it would distort the baseline. The energy of an open cycle does not count either.
-- Grain: one row per athlete and date with data, from 83 days before the first of rolling_dates.
-- Parameters: integration.
-- Inputs: rolling_dates, analytics.days. Outputs: rolling_inputs (temporary).
create temporary table rolling_inputs on commit drop as
with periods as (
    select
        athlete_id,
        min(metric_date) - 83 as first_date,
        max(metric_date) as last_date
    from rolling_dates
    group by athlete_id
),

known as (
    select
        days.*,
        coalesce(days.recovery_state <> 'calibrating', true) as is_valid,
        days.sleep_started_at_local + (days.sleep_ended_at_local - days.sleep_started_at_local) / 2 as midpoint_local
    from periods
    -- `offset 0` forces one index scan per athlete, even on a table that was never analysed
    cross join lateral (
        select *
        from analytics.days
        where integration = %(integration)s
        and athlete_id = periods.athlete_id
        and metric_date between periods.first_date and periods.last_date
        offset 0
    ) as days
)

select
    athlete_id,
    metric_date,
    case when is_valid and heart_rate_variability > 0 then heart_rate_variability end as rmssd,
    case when is_valid and heart_rate_variability > 0 then ln(heart_rate_variability) end as ln_rmssd,
    case when is_valid then resting_heart_rate end as resting_heart_rate,
    case when is_valid then hours_of_sleep end as hours_of_sleep,
    case when is_valid then respiratory_rate end as respiratory_rate,
    case when is_valid then skin_temperature end as skin_temperature,
    hours_of_sleep + coalesce(nap_hours, 0) as total_sleep,
    hours_of_sleep + coalesce(nap_hours, 0) - sleep_need_baseline as sleep_balance,
    extract(epoch from midpoint_local::time)::double precision / 3600 as midpoint,
    extract(epoch from midpoint_local::time)::double precision / 86400 * 2 * pi() as midpoint_angle,
    case
        when timezone_offset ~ '^[+-][0-9]{2}:[0-5][0-9]$'
            then extract(epoch from timezone_offset::interval)::double precision / 3600
        else 0
    end as offset_hours,
    recovery is not null as has_recovery,
    case when not is_provisional then energy end as energy,
    zone_load
from known;

create index on rolling_inputs (athlete_id, metric_date)
