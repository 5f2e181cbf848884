-- Survey metrics have an index of their own: whether anybody's answer still needs a question is asked by every transform, and
-- was answered by walking through all metrics.
create index metrics_survey on analytics.metrics (metric)
where metric like 'survey.%';

create or replace function analytics.forget_surveys() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from analytics.metric_definitions as known
    where known.metric like 'survey.%'
    and not exists (
        select
        from analytics.metrics as metrics
        where metrics.metric = known.metric
        and metrics.metric like 'survey.%'
    )
$$;
