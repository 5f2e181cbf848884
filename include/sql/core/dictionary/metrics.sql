-- The definitions of metrics or trends, by name.
-- Grain: one row per metric or trend.
-- Parameters: kind (metric or trend).
-- Inputs: analytics.metric_definitions. Outputs: nothing.
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
