-- One row per metric and trend, in the order of their names. Parameters: kind (metric or trend).
select
    metric,
    title,
    unit,
    description,
    source,
    minimum,
    maximum,
    formula,
    minimum_data,
    status,
    citation
from analytics.metric_definitions
where kind = %(kind)s
order by metric
