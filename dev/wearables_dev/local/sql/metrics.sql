-- One row per metric with values. Parameters: integration.
select
    metric,
    count(*) as days,
    count(distinct athlete_id) as athletes,
    min(metric_date) as first_date,
    max(metric_date) as last_date
from analytics.metrics
where integration = %(integration)s
group by metric
order by metric
