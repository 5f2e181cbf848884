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
select distinct
    athlete.athlete_id,
    reach.instant::date as metric_date
from changed_days
inner join athlete_periods as athlete
    on changed_days.athlete_id = athlete.athlete_id
    and athlete.first_date is not null
-- from the first day of a gap that ends here, until the longest span no longer includes the day
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
        athlete.first_date
    )::timestamp,
    least(changed_days.metric_date + 83, athlete.last_date)::timestamp,
    interval '1 day'
) as reach (instant);

analyze rolling_dates
