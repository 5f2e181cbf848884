-- Compute the statistics of the 28 days before each date, and the sleep debt and loads, which have shorter spans.
-- A span is a range of dates: a gap in the data leaves it with fewer values and does not extend it.
-- Grain: one row per athlete and date of rolling_dates. Parameters: none.
-- Inputs: rolling_dates, rolling_inputs. Outputs: rolling_month (temporary).
create temporary table rolling_month on commit drop as
select
    reached.athlete_id,
    reached.metric_date,
    month.*,
    spread.*
from rolling_dates as reached
cross join lateral (
    -- the 28 days before the date; the sleep debt includes the date itself, and the loads leave out its week
    select
        (count(ln_rmssd) filter (where age > 0))::integer as ln_rmssd_n28,
        avg(ln_rmssd) filter (where age > 0) as ln_rmssd_mean28,
        stddev_samp(ln_rmssd) filter (where age > 0) as ln_rmssd_sd28,
        percentile_cont(0.5) within group (order by ln_rmssd) filter (where age > 0) as ln_rmssd_median28,
        (count(resting_heart_rate) filter (where age > 0))::integer as resting_heart_rate_n28,
        avg(resting_heart_rate) filter (where age > 0) as resting_heart_rate_mean28,
        stddev_samp(resting_heart_rate) filter (where age > 0) as resting_heart_rate_sd28,
        percentile_cont(0.5) within group (order by resting_heart_rate)
        filter (where age > 0) as resting_heart_rate_median28,
        (count(hours_of_sleep) filter (where age > 0))::integer as hours_of_sleep_n28,
        avg(hours_of_sleep) filter (where age > 0) as hours_of_sleep_mean28,
        stddev_samp(hours_of_sleep) filter (where age > 0) as hours_of_sleep_sd28,
        percentile_cont(0.5) within group (order by hours_of_sleep) filter (where age > 0) as hours_of_sleep_median28,
        (count(respiratory_rate) filter (where age > 0))::integer as respiratory_rate_n28,
        avg(respiratory_rate) filter (where age > 0) as respiratory_rate_mean28,
        stddev_samp(respiratory_rate) filter (where age > 0) as respiratory_rate_sd28,
        (count(skin_temperature) filter (where age > 0))::integer as skin_temperature_n28,
        percentile_cont(0.5) within group (order by skin_temperature)
        filter (where age > 0) as skin_temperature_median28,
        (count(sleep_balance) filter (where age < 14))::integer as shortfall_n14,
        sum(greatest(-sleep_balance, 0)) filter (where age < 14 and sleep_balance is not null) as shortfall14,
        sum(sleep_balance) filter (where age < 14) as balance14,
        (count(energy) filter (where age between 7 and 13))::integer as energy_n_week_before,
        avg(energy) filter (where age between 7 and 13) as energy_mean_week_before,
        (count(energy) filter (where age between 7 and 27))::integer as energy_n21,
        avg(energy) filter (where age between 7 and 27) as energy_mean21,
        (count(zone_load) filter (where age between 7 and 13))::integer as zone_load_n_week_before,
        avg(zone_load) filter (where age between 7 and 13) as zone_load_mean_week_before,
        (count(zone_load) filter (where age between 7 and 27))::integer as zone_load_n21,
        avg(zone_load) filter (where age between 7 and 27) as zone_load_mean21
    from (
        select
            rolling_inputs.*,
            reached.metric_date - metric_date as age
        from rolling_inputs
        where athlete_id = reached.athlete_id
        and metric_date between reached.metric_date - 28 and reached.metric_date
        order by metric_date
    ) as aged
) as month
cross join lateral (
    select
        percentile_cont(0.5) within group (order by abs(ln_rmssd - month.ln_rmssd_median28)) as ln_rmssd_mad28,
        percentile_cont(0.5) within group (
            order by abs(resting_heart_rate - month.resting_heart_rate_median28)
        ) as resting_heart_rate_mad28,
        percentile_cont(0.5) within group (
            order by abs(hours_of_sleep - month.hours_of_sleep_median28)
        ) as hours_of_sleep_mad28
    from rolling_inputs
    where athlete_id = reached.athlete_id
    and metric_date between reached.metric_date - 28 and reached.metric_date - 1
) as spread;

analyze rolling_month (athlete_id, metric_date)
