-- One row per metric value of a period that is not provisional. Parameters: integration, first_date, last_date (inclusive).
select
    athlete_id,
    metric_date,
    metric,
    value
from analytics.metrics
where integration = %(integration)s
and metric_date between %(first_date)s and %(last_date)s
and not is_provisional
