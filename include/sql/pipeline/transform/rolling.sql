-- Brings analytics.rolling up to date for what the changed days reach: one row per athlete and date from the first to the
-- last with data. Windows are ranges of dates, so a gap makes them poorer and never longer. Parameters: integration.
create temporary table spans on commit drop as
select
    concerned.athlete_id,
    period.first_date,
    period.last_date
from (select distinct athlete_id from changed_days) as concerned
cross join lateral (
    select
        min(metric_date) as first_date,
        max(metric_date) as last_date
    from analytics.days
    where integration = %(integration)s
    and athlete_id = concerned.athlete_id
) as period;

delete from analytics.rolling as known
using spans
where known.integration = %(integration)s
and known.athlete_id = spans.athlete_id
and (spans.first_date is null or known.metric_date not between spans.first_date and spans.last_date);

create temporary table reached on commit drop as
select distinct
    spans.athlete_id,
    reached.instant::date as metric_date
from changed_days
inner join spans on changed_days.athlete_id = spans.athlete_id and spans.first_date is not null
-- from the first day of a gap that ends here, as far as the longest window reaches
cross join lateral generate_series(
    greatest(
        coalesce(
            (
                select max(metric_date) + 1
                from analytics.days
                where integration = %(integration)s
                and athlete_id = changed_days.athlete_id
                and metric_date < changed_days.metric_date
            ),
            changed_days.metric_date
        ),
        spans.first_date
    )::timestamp,
    least(changed_days.metric_date + 83, spans.last_date)::timestamp,
    interval '1 day'
) as reached (instant);

analyze reached;

create temporary table valid_days on commit drop as
with periods as (
    select
        athlete_id,
        min(metric_date) - 83 as first_date,
        max(metric_date) as last_date
    from reached
    group by athlete_id
),

known as (
    select
        days.*,
        coalesce(days.recovery_state <> 'calibrating', true) as is_valid,
        days.sleep_started_at_local + (days.sleep_ended_at_local - days.sleep_started_at_local) / 2 as middle
    from periods
    inner join analytics.days as days
        on days.integration = %(integration)s
        and periods.athlete_id = days.athlete_id
        and days.metric_date between periods.first_date and periods.last_date
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
    extract(epoch from middle::time)::double precision / 3600 as midpoint,
    extract(epoch from middle::time)::double precision / 86400 * 2 * pi() as midpoint_angle,
    case
        when timezone_offset ~ '^[+-][0-9]{2}:[0-5][0-9]$'
            then extract(epoch from timezone_offset::interval)::double precision / 3600
        else 0
    end as offset_hours,
    recovery is not null as has_recovery,
    case when not is_provisional then energy end as energy,
    zone_load
from known;

create index on valid_days (athlete_id, metric_date);
analyze valid_days;

create temporary table fresh_windows on commit drop as
select
    %(integration)s::text as integration,
    reached.athlete_id,
    reached.metric_date,
    today.ln_rmssd,
    week.ln_rmssd_n7,
    week.ln_rmssd_mean7,
    week.ln_rmssd_sd7,
    week.rmssd_mean7,
    week.rmssd_sd7,
    month.ln_rmssd_n28,
    month.ln_rmssd_mean28,
    month.ln_rmssd_sd28,
    month.ln_rmssd_median28,
    spread.ln_rmssd_mad28,
    season.ln_rmssd_n60,
    season.ln_rmssd_mean60,
    season.ln_rmssd_sd60,
    today.resting_heart_rate,
    week.resting_heart_rate_n7,
    week.resting_heart_rate_mean7,
    month.resting_heart_rate_n28,
    month.resting_heart_rate_mean28,
    month.resting_heart_rate_sd28,
    month.resting_heart_rate_median28,
    spread.resting_heart_rate_mad28,
    today.hours_of_sleep,
    week.hours_of_sleep_n7,
    week.hours_of_sleep_mean7,
    month.hours_of_sleep_n28,
    month.hours_of_sleep_mean28,
    month.hours_of_sleep_sd28,
    month.hours_of_sleep_median28,
    spread.hours_of_sleep_mad28,
    today.respiratory_rate,
    month.respiratory_rate_n28,
    month.respiratory_rate_mean28,
    month.respiratory_rate_sd28,
    today.skin_temperature,
    month.skin_temperature_n28,
    month.skin_temperature_median28,
    today.total_sleep,
    month.shortfall_n14,
    month.shortfall14,
    month.balance14,
    today.midpoint,
    week.midpoint_n7,
    week.midpoint_cosine7,
    week.midpoint_sine7,
    week.offset_range7,
    week.recovery_n7,
    least(reached.metric_date - spans.first_date + 1, 84) as history_days,
    today.energy,
    week.energy_n7,
    week.energy_mean7,
    month.energy_n_week_before,
    month.energy_mean_week_before,
    month.energy_n21,
    month.energy_mean21,
    season.energy_n84,
    season.energy_ewma7,
    season.energy_ewma28,
    today.zone_load,
    week.zone_load_n7,
    week.zone_load_mean7,
    week.zone_load_sd7,
    month.zone_load_n_week_before,
    month.zone_load_mean_week_before,
    month.zone_load_n21,
    month.zone_load_mean21,
    season.zone_load_n84,
    season.zone_load_ewma7,
    season.zone_load_ewma28
from reached
inner join spans on reached.athlete_id = spans.athlete_id
left join valid_days as today
    on reached.athlete_id = today.athlete_id
    and reached.metric_date = today.metric_date
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
        -- in the order of dates, here and below: sums of floats then come out the same each time
        select *
        from valid_days
        where athlete_id = reached.athlete_id
        and metric_date between reached.metric_date - 6 and reached.metric_date
        order by metric_date
    ) as ordered
) as week
cross join lateral (
    -- the 28 days before the date; sleep debt and load also look at the date itself, or leave more days out
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
            valid_days.*,
            reached.metric_date - metric_date as age
        from valid_days
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
    from valid_days
    where athlete_id = reached.athlete_id
    and metric_date between reached.metric_date - 28 and reached.metric_date - 1
) as spread
cross join lateral (
    -- 84 days: older ones would weigh a quarter of a percent; the weights of missing days are left out
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
        from valid_days
        where athlete_id = reached.athlete_id
        and metric_date between reached.metric_date - 83 and reached.metric_date
        order by metric_date
    ) as aged
) as season;

create index on fresh_windows (athlete_id, metric_date);
analyze fresh_windows;

delete from analytics.rolling as known
using fresh_windows as fresh
where known.integration = %(integration)s
and known.athlete_id = fresh.athlete_id
and known.metric_date = fresh.metric_date
and row(fresh.*) is distinct from row(known.*);

insert into analytics.rolling
select fresh.*  -- noqa: AM04
from fresh_windows as fresh
where not exists (
    select
    from analytics.rolling as known
    where known.integration = %(integration)s
    and known.athlete_id = fresh.athlete_id
    and known.metric_date = fresh.metric_date
)
