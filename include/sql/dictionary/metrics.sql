-- One row per metric, in the order of their definition.
select
    metric,
    title,
    unit,
    description,
    source,
    minimum,
    maximum
from analytics.metric_definitions
order by metric
