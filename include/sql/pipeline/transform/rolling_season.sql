-- Compute the statistics of the 84 days that end on each date: the HRV band and the weighted loads.
-- A span is a range of dates: a gap in the data leaves it with fewer values and does not extend it.
-- Grain: one row per athlete and date of rolling_dates. Parameters: none.
-- Inputs: rolling_dates, rolling_inputs. Outputs: rolling_season (temporary).
create temporary table rolling_season on commit drop as
select
    reached.athlete_id,
    reached.metric_date,
    season.*
from rolling_dates as reached
cross join lateral (
    -- all days before these 84 together would weigh a quarter of a percent; the weights of missing days are left out
    select
        (count(ln_rmssd) filter (where age between 1 and 60))::integer as ln_rmssd_n60,
        avg(ln_rmssd) filter (where age between 1 and 60) as ln_rmssd_mean60,
        stddev_samp(ln_rmssd) filter (where age between 1 and 60) as ln_rmssd_sd60,
        count(energy)::integer as energy_n84,
        sum(energy * acute_weight) / sum(acute_weight) filter (where energy is not null) as energy_ewma7,
        sum(energy * chronic_weight) / sum(chronic_weight) filter (where energy is not null) as energy_ewma28,
        count(zone_load)::integer as zone_load_n84,
        sum(zone_load * acute_weight) / sum(acute_weight) filter (where zone_load is not null) as zone_load_ewma7,
        sum(zone_load * chronic_weight)
        / sum(chronic_weight) filter (where zone_load is not null) as zone_load_ewma28
    from (
        select
            ln_rmssd,
            energy,
            zone_load,
            reached.metric_date - metric_date as age,
            power(6.0::double precision / 8, reached.metric_date - metric_date) as acute_weight,
            power(27.0::double precision / 29, reached.metric_date - metric_date) as chronic_weight
        from rolling_inputs
        where athlete_id = reached.athlete_id
        and metric_date between reached.metric_date - 83 and reached.metric_date
        order by metric_date
    ) as aged
) as season;

analyze rolling_season (athlete_id, metric_date)
