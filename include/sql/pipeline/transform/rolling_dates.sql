-- Find the dates whose rolling statistics the changed days affect: up to 83 days later. Rows before an athlete's first
-- day with data or after the last one are deleted.
-- Grain: athlete_periods has one row per athlete, rolling_dates one row per athlete and date. Parameters: integration.
-- Inputs: changed_days, analytics.days. Outputs: athlete_periods and rolling_dates (temporary), analytics.rolling.
create temporary table athlete_periods on commit drop as
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
using athlete_periods as athlete
where known.integration = %(integration)s
and known.athlete_id = athlete.athlete_id
and (athlete.first_date is null or known.metric_date not between athlete.first_date and athlete.last_date);

create temporary table rolling_dates on commit drop as
with preceded as (
    select
        athlete_id,
        metric_date,
        lag(metric_date) over (partition by athlete_id order by metric_date) as changed_before
    from changed_days
),

bounded as (
    -- from the first day of a gap that ends here, until the longest span no longer includes the day
    select
        preceded.athlete_id,
        greatest(
            case
                -- the reach of that day continues into this one's
                when preceded.changed_before >= preceded.metric_date - 84 then preceded.metric_date
                else coalesce(
                    (
                        select max(metric_date) + 1
                        from analytics.days
                        where integration = %(integration)s
                        and athlete_id = preceded.athlete_id
                        and metric_date < preceded.metric_date
                    ),
                    preceded.metric_date
                )
            end,
            athlete.first_date
        ) as first_date,
        least(preceded.metric_date + 83, athlete.last_date) as last_date
    from preceded
    inner join athlete_periods as athlete on preceded.athlete_id = athlete.athlete_id
    where athlete.first_date is not null
),

reaches as (
    select
        athlete_id,
        range_agg(daterange(first_date, last_date, '[]')) as dates
    from bounded
    where first_date <= last_date
    group by athlete_id
)

select
    reaches.athlete_id,
    instant::date as metric_date
from reaches
cross join lateral unnest(reaches.dates) as reach (dates)
cross join lateral generate_series(
    lower(reach.dates)::timestamp, (upper(reach.dates) - 1)::timestamp, interval '1 day'
) as instant
