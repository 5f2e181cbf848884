-- Compute the statistics of the 7 days that end on each date.
-- A span is a range of dates: a gap in the data leaves it with fewer values and does not extend it.
-- Grain: one row per athlete and date of rolling_dates. Parameters: none.
-- Inputs: rolling_dates, rolling_inputs. Outputs: rolling_week (temporary).
create temporary table rolling_week on commit drop as
select
    reached.athlete_id,
    reached.metric_date,
    week.*
from rolling_dates as reached
cross join lateral (
    select
        count(ln_rmssd)::integer as ln_rmssd_n7,
        avg(ln_rmssd) as ln_rmssd_mean7,
        stddev_samp(ln_rmssd) as ln_rmssd_sd7,
        avg(rmssd) as rmssd_mean7,
        stddev_samp(rmssd) as rmssd_sd7,
        count(resting_heart_rate)::integer as resting_heart_rate_n7,
        avg(resting_heart_rate) as resting_heart_rate_mean7,
        count(hours_of_sleep)::integer as hours_of_sleep_n7,
        avg(hours_of_sleep) as hours_of_sleep_mean7,
        count(midpoint)::integer as midpoint_n7,
        avg(cos(midpoint_angle)) as midpoint_cosine7,
        avg(sin(midpoint_angle)) as midpoint_sine7,
        max(offset_hours) - min(offset_hours) as offset_range7,
        (count(*) filter (where has_recovery))::integer as recovery_n7,
        count(energy)::integer as energy_n7,
        avg(energy) as energy_mean7,
        count(zone_load)::integer as zone_load_n7,
        avg(zone_load) as zone_load_mean7,
        stddev_samp(zone_load) as zone_load_sd7
    from (
        -- ordered by date, here and in the other spans, so that sums of floats are reproducible
        select *
        from rolling_inputs
        where athlete_id = reached.athlete_id
        and metric_date between reached.metric_date - 6 and reached.metric_date
        order by metric_date
    ) as ordered
) as week;

analyze rolling_week (athlete_id, metric_date)
