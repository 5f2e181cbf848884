-- One row per metric value that is not provisional. Parameters: integration, first_date and last_date (both inclusive).
select
    athlete_id,
    metric_date,
    metric,
    value
from analytics.metrics
where integration = %(integration)s
and metric_date between %(first_date)s and %(last_date)s
and not is_provisional
