-- analytics.trends: how an athlete compares with their own past. Inputs: analytics.rolling, analytics.days.
-- Grain: one row per integration, athlete and date, from the first to the last date with data.
-- A trend without enough data is null. Formulas, minimum data and sources: analytics.metric_definitions.

create or replace function analytics.z_score(
    value double precision, usual double precision, spread double precision, days integer
)
returns double precision
language sql immutable parallel safe as $$
    -- A spread of at most 1e-9 is rounding error.
    select case when days >= 14 and spread > 1e-9 then (value - usual) / spread end
$$;
comment on function analytics.z_score(double precision, double precision, double precision, integer) is 'Deviation of a value from the usual value, in units of the usual spread; null with fewer than 14 days or no spread.';

create or replace function analytics.signal_status(value double precision, spread double precision, days integer)
returns text
language sql immutable parallel safe as $$
    select case
        when value is null then 'no_value'
        when days < 14 then 'warming_up'
        when spread > 1e-9 then 'ok'
        else 'no_spread'
    end
$$;
comment on function analytics.signal_status(double precision, double precision, integer) is 'ok, or the reason why a value has no z-score: no_value, warming_up or no_spread.';

create view analytics.trends as
with known as (
    select
        rolling.*,
        days.sleep_debt_vendor,
        days.recovery,
        sqrt(rolling.midpoint_cosine7 ^ 2 + rolling.midpoint_sine7 ^ 2) as resultant_length
    from analytics.rolling as rolling
    left join analytics.days as days
        on rolling.integration = days.integration
        and rolling.athlete_id = days.athlete_id
        and rolling.metric_date = days.metric_date
)

select
    integration,
    athlete_id,
    metric_date,
    least(ln_rmssd_n28, resting_heart_rate_n28, hours_of_sleep_n28) < 14 as warming_up,
    ln_rmssd,
    analytics.signal_status(ln_rmssd, ln_rmssd_sd28, ln_rmssd_n28) as ln_rmssd_status,
    case when ln_rmssd_n7 >= 3 then ln_rmssd_mean7 end as ln_rmssd_7d,
    ln_rmssd_n7,
    case
        when ln_rmssd_n7 < 3 then 'warming_up'
        when ln_rmssd_n7 < 5 then 'low_confidence'
        else 'ok'
    end as ln_rmssd_7d_status,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_mean28 end as ln_rmssd_baseline,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_sd28 end as ln_rmssd_baseline_sd,
    ln_rmssd_n28,
    case when ln_rmssd_n28 >= 14 then ln_rmssd - ln_rmssd_mean28 end as ln_rmssd_deviation,
    analytics.z_score(ln_rmssd, ln_rmssd_mean28, ln_rmssd_sd28, ln_rmssd_n28) as ln_rmssd_z,
    case
        when ln_rmssd_n7 >= 3 then analytics.z_score(ln_rmssd_mean7, ln_rmssd_mean28, ln_rmssd_sd28, ln_rmssd_n28)
    end as ln_rmssd_7d_z,
    analytics.z_score(
        ln_rmssd, ln_rmssd_median28, 1.4826 * ln_rmssd_mad28, ln_rmssd_n28
    ) as ln_rmssd_robust_z,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_mean28 - 0.5 * ln_rmssd_sd28 end as ln_rmssd_swc_low,
    case when ln_rmssd_n28 >= 14 then ln_rmssd_mean28 + 0.5 * ln_rmssd_sd28 end as ln_rmssd_swc_high,
    case when ln_rmssd_n60 >= 30 then ln_rmssd_mean60 - 0.5 * ln_rmssd_sd60 end as ln_rmssd_band_low,
    case when ln_rmssd_n60 >= 30 then ln_rmssd_mean60 + 0.5 * ln_rmssd_sd60 end as ln_rmssd_band_high,
    ln_rmssd_n60,
    case when ln_rmssd_n7 >= 5 then 100 * rmssd_sd7 / rmssd_mean7 end as hrv_cv7_raw,
    case
        when ln_rmssd_n7 >= 5 and ln_rmssd_mean7 > 0 then 100 * ln_rmssd_sd7 / ln_rmssd_mean7
    end as hrv_cv7_ln,
    resting_heart_rate,
    analytics.signal_status(
        resting_heart_rate, resting_heart_rate_sd28, resting_heart_rate_n28
    ) as resting_heart_rate_status,
    case when resting_heart_rate_n7 >= 5 then resting_heart_rate_mean7 end as resting_heart_rate_7d,
    resting_heart_rate_n7,
    case when resting_heart_rate_n7 >= 5 then 'ok' else 'warming_up' end as resting_heart_rate_7d_status,
    case when resting_heart_rate_n28 >= 14 then resting_heart_rate_mean28 end as resting_heart_rate_baseline,
    case when resting_heart_rate_n28 >= 14 then resting_heart_rate_sd28 end as resting_heart_rate_baseline_sd,
    resting_heart_rate_n28,
    case
        when resting_heart_rate_n28 >= 14 then resting_heart_rate - resting_heart_rate_mean28
    end as resting_heart_rate_deviation,
    analytics.z_score(
        resting_heart_rate, resting_heart_rate_mean28, resting_heart_rate_sd28, resting_heart_rate_n28
    ) as resting_heart_rate_z,
    case
        when resting_heart_rate_n7 >= 5
            then analytics.z_score(
                resting_heart_rate_mean7, resting_heart_rate_mean28, resting_heart_rate_sd28, resting_heart_rate_n28
            )
    end as resting_heart_rate_7d_z,
    analytics.z_score(
        resting_heart_rate, resting_heart_rate_median28, 1.4826 * resting_heart_rate_mad28, resting_heart_rate_n28
    ) as resting_heart_rate_robust_z,
    case
        when resting_heart_rate_n28 >= 14 then resting_heart_rate_mean28 - 0.5 * resting_heart_rate_sd28
    end as resting_heart_rate_swc_low,
    case
        when resting_heart_rate_n28 >= 14 then resting_heart_rate_mean28 + 0.5 * resting_heart_rate_sd28
    end as resting_heart_rate_swc_high,
    hours_of_sleep,
    analytics.signal_status(hours_of_sleep, hours_of_sleep_sd28, hours_of_sleep_n28) as hours_of_sleep_status,
    case when hours_of_sleep_n7 >= 5 then hours_of_sleep_mean7 end as hours_of_sleep_7d,
    hours_of_sleep_n7,
    case when hours_of_sleep_n7 >= 5 then 'ok' else 'warming_up' end as hours_of_sleep_7d_status,
    case when hours_of_sleep_n28 >= 14 then hours_of_sleep_mean28 end as hours_of_sleep_baseline,
    case when hours_of_sleep_n28 >= 14 then hours_of_sleep_sd28 end as hours_of_sleep_baseline_sd,
    hours_of_sleep_n28,
    case
        when hours_of_sleep_n28 >= 14 then hours_of_sleep - hours_of_sleep_mean28
    end as hours_of_sleep_deviation,
    analytics.z_score(
        hours_of_sleep, hours_of_sleep_mean28, hours_of_sleep_sd28, hours_of_sleep_n28
    ) as hours_of_sleep_z,
    case
        when hours_of_sleep_n7 >= 5
            then analytics.z_score(
                hours_of_sleep_mean7, hours_of_sleep_mean28, hours_of_sleep_sd28, hours_of_sleep_n28
            )
    end as hours_of_sleep_7d_z,
    analytics.z_score(
        hours_of_sleep, hours_of_sleep_median28, 1.4826 * hours_of_sleep_mad28, hours_of_sleep_n28
    ) as hours_of_sleep_robust_z,
    case
        when hours_of_sleep_n28 >= 14 then hours_of_sleep_mean28 - 0.5 * hours_of_sleep_sd28
    end as hours_of_sleep_swc_low,
    case
        when hours_of_sleep_n28 >= 14 then hours_of_sleep_mean28 + 0.5 * hours_of_sleep_sd28
    end as hours_of_sleep_swc_high,
    respiratory_rate,
    analytics.signal_status(
        respiratory_rate, respiratory_rate_sd28, respiratory_rate_n28
    ) as respiratory_rate_status,
    respiratory_rate_n28,
    case
        when respiratory_rate_n28 >= 14 then respiratory_rate - respiratory_rate_mean28
    end as respiratory_rate_deviation,
    analytics.z_score(
        respiratory_rate, respiratory_rate_mean28, respiratory_rate_sd28, respiratory_rate_n28
    ) as respiratory_rate_z,
    skin_temperature,
    skin_temperature_n28,
    case
        when skin_temperature_n28 >= 14 then skin_temperature - skin_temperature_median28
    end as skin_temperature_deviation,
    total_sleep,
    sleep_debt_vendor,
    case when shortfall_n14 >= 10 then shortfall14 end as sleep_debt_open,
    case when shortfall_n14 >= 10 then balance14 end as sleep_balance,
    shortfall_n14 as sleep_balance_n14,
    midpoint as sleep_midpoint,
    case
        when midpoint_n7 >= 5 and resultant_length > 1e-9
            then sqrt(-2 * ln(least(resultant_length, 1))) * 12 / pi()
    end as midpoint_variability,
    midpoint_n7,
    offset_range7 > 1 as is_travel_week,
    case
        when recovery >= 67 then 'green'
        when recovery >= 34 then 'yellow'
        when recovery is not null then 'red'
    end as recovery_zone,
    case when history_days >= 7 then recovery_n7 * 100.0::double precision / 7 end as wear_7d,
    recovery_n7,
    energy,
    case when energy_n7 >= 5 then 7 * energy_mean7 end as energy_7d,
    energy_n7,
    case when energy_n7 >= 5 then 'ok' else 'warming_up' end as energy_7d_status,
    case
        when energy_n7 >= 5 and energy_n_week_before >= 5 and energy_mean_week_before > 0
            then 100 * energy_mean7 / energy_mean_week_before - 100
    end as energy_change,
    case when energy_n84 >= 28 then energy_ewma7 end as energy_ewma7,
    case when energy_n84 >= 28 then energy_ewma28 end as energy_ewma28,
    energy_n84,
    case
        when energy_n7 >= 5 and energy_n21 >= 15 and energy_mean21 > 0
            then energy_mean7 / energy_mean21
    end as energy_acwr,
    energy_n21,
    case
        when energy_n84 >= 28 and energy_ewma28 > 0 then energy_ewma7 / energy_ewma28
    end as energy_acwr_ewma,
    zone_load,
    case when zone_load_n7 >= 5 then 7 * zone_load_mean7 end as zone_load_7d,
    zone_load_n7,
    case when zone_load_n7 >= 5 then 'ok' else 'warming_up' end as zone_load_7d_status,
    case
        when zone_load_n7 >= 5 and zone_load_n_week_before >= 5 and zone_load_mean_week_before > 0
            then 100 * zone_load_mean7 / zone_load_mean_week_before - 100
    end as zone_load_change,
    case when zone_load_n84 >= 28 then zone_load_ewma7 end as zone_load_ewma7,
    case when zone_load_n84 >= 28 then zone_load_ewma28 end as zone_load_ewma28,
    zone_load_n84,
    case
        when zone_load_n7 >= 5 and zone_load_n21 >= 15 and zone_load_mean21 > 0
            then zone_load_mean7 / zone_load_mean21
    end as zone_load_acwr,
    zone_load_n21,
    case
        when zone_load_n84 >= 28 and zone_load_ewma28 > 0 then zone_load_ewma7 / zone_load_ewma28
    end as zone_load_acwr_ewma,
    case
        when zone_load_n7 = 7 and zone_load_sd7 > 1e-9 then zone_load_mean7 / zone_load_sd7
    end as zone_load_monotony,
    case
        when zone_load_n7 = 7 and zone_load_sd7 > 1e-9
            then 7 * zone_load_mean7 * zone_load_mean7 / zone_load_sd7
    end as zone_load_foster_strain
from known;
comment on view analytics.trends is 'One row per integration, athlete and date, from the first to the last date with data: how the athlete compares with their own past. Formulas and sources are in analytics.metric_definitions.';
comment on column analytics.trends.integration is 'Name of the integration.';
comment on column analytics.trends.athlete_id is 'WHOOP user ID of the athlete.';
comment on column analytics.trends.metric_date is 'Date in the athlete''s local time.';
comment on column analytics.trends.warming_up is 'True while the baseline of HRV, resting heart rate or sleep has fewer than 14 valid days out of 28.';
comment on column analytics.trends.is_travel_week is 'Whether the UTC offset changed by more than an hour within the 7 days that end on the date, which makes local times hard to compare.';

-- The comments of the remaining columns come from the definition or, without one, from the suffix of the name.
do $$
declare
    trend record;
begin
    for trend in
        select
            columns.attname as name,
            coalesce(
                definition.description || coalesce(' (' || nullif(definition.unit, '') || ')', '') || '.',
                case
                    when columns.attname = 'ln_rmssd_7d_status' then 'Whether the week has enough valid days: ok, low_confidence (3 or 4 of 7) or warming_up.'
                    when columns.attname like '%\_7d\_status' then 'Whether the week has enough valid days: ok or warming_up.'
                    when columns.attname like '%\_status' then 'ok, or the reason why there is no z-score: no_value (on the date), warming_up (fewer than 14 valid days out of 28) or no_spread.'
                    when columns.attname like '%\_n7' then 'Number of valid days among the 7 that end on the date.'
                    when columns.attname like '%\_n14' then 'Number of valid days among the 14 that end on the date.'
                    when columns.attname like '%\_n21' then 'Number of valid days among the 21 before the last 7.'
                    when columns.attname like '%\_n28' then 'Number of valid days among the 28 before the date.'
                    when columns.attname like '%\_n60' then 'Number of valid days among the 60 before the date.'
                    when columns.attname like '%\_n84' then 'Number of valid days among the 84 that end on the date.'
                end
            ) as meaning
        from pg_catalog.pg_attribute as columns
        left join analytics.metric_definitions as definition on columns.attname = definition.metric
        where columns.attrelid = 'analytics.trends'::regclass
        and col_description(columns.attrelid, columns.attnum) is null
    loop
        execute format('comment on column analytics.trends.%I is %L', trend.name, trend.meaning);
    end loop;
end
$$;
