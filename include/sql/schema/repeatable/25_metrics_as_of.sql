-- analytics.metrics_as_of: analytics.metrics at an earlier moment. Grain: one row per integration, athlete, date and metric.
-- Inputs: analytics.metrics, analytics.metric_versions.

create or replace function analytics.metrics_as_of(moment timestamptz) returns setof analytics.metrics
language sql stable parallel safe as $$
    select
        current.integration,
        current.athlete_id,
        current.metric_date,
        current.metric,
        current.value,
        current.unit,
        current.is_provisional,
        current.source_record_id,
        current.updated_at,
        current.source
    from analytics.metrics as current
    where current.updated_at <= moment
    union all
    select
        former.integration,
        former.athlete_id,
        former.metric_date,
        former.metric,
        former.value,
        former.unit,
        former.is_provisional,
        former.source_record_id,
        former.updated_at,
        former.source
    from analytics.metric_versions as former
    where former.updated_at <= moment and former.superseded_at > moment
$$;
comment on function analytics.metrics_as_of(timestamptz) is 'The rows that analytics.metrics contained at an earlier moment. Pass now() for its current rows.';
