-- Functions with which the loader creates and deletes definitions of survey metrics. It has no write access to
-- analytics.metric_definitions, so they are security definer, and public may not execute them.

create or replace function analytics.define_survey(survey_metric text, question text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into analytics.metric_definitions as known (
        metric, title, unit, description, source, minimum, maximum, formula, minimum_data, status, citation
    )
    select
        survey_metric, question, '', 'Answer to a question of WHOOP''s journal: 1 yes, 0 no', 'journal', 0, 1,
        'as answered', '1 answer', 'accepted', 'WHOOP''s journal'
    where survey_metric like 'survey.%'
    on conflict (metric) do update
    set title = excluded.title
    where known.title <> excluded.title
$$;
comment on function analytics.define_survey(text, text) is 'Define the metric of a survey question. Only names that start with "survey." are accepted.';

create or replace function analytics.forget_surveys() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from analytics.metric_definitions as known
    where known.metric like 'survey.%'
    and not exists (
        select
        from analytics.survey_responses as responses
        where responses.metric = known.metric
    )
$$;
comment on function analytics.forget_surveys() is 'Delete the definitions of survey questions that no longer have answers.';

revoke execute on function analytics.define_survey(text, text), analytics.forget_surveys() from public;
grant execute on function analytics.define_survey(text, text), analytics.forget_surveys() to wearables_loader;
