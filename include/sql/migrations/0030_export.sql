-- What comes in by an athlete's own export, beside what the API gives.

alter table analytics.metrics
add column source text not null default 'api' check (source in ('api', 'export'));
comment on column analytics.metrics.source is 'Where the value comes from: api, or export (the athlete''s own data export) where the API has none.';

alter table analytics.metric_versions
add column source text not null default 'api' check (source in ('api', 'export'));
comment on column analytics.metric_versions.source is 'Where the value came from: api or export.';

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

alter table ops.slices add column withheld integer not null default 0;
comment on column ops.slices.withheld is 'Rows of an export that are not the team''s to see: journal questions off its list. Counted, stored nowhere.';

create index records_journal on raw.records (integration, athlete_id)
where collection = 'journal';

comment on column raw.records.collection is 'cycle, recovery, sleep or workout; export_cycle, export_sleep, export_workout or journal for rows of an export.';
comment on column raw.records.record_id is 'Id of the record at WHOOP; of a recovery, the id of its cycle; of a row of an export, made from its start to the minute.';
comment on column raw.records.payload is 'The record as WHOOP sent it, unknown keys included; of an export, the row with its cells under row.';
comment on column raw.records.source_updated_at is 'updated_at of WHOOP; the newest version wins. An export tells none: then the start of the row, and the later import wins.';
comment on column raw.current_records.collection is 'cycle, recovery, sleep or workout; export_cycle, export_sleep, export_workout or journal for rows of an export.';
comment on column ops.runs.run_id is 'Airflow run; of an import, whoop_export/, the run and the beginning of the file''s digest.';
comment on column ops.runs.run_type is 'manual, scheduled or backfill; export for the import of an athlete''s own export.';
comment on column ops.slices.collection is 'cycle, recovery, sleep or workout; export_cycle, export_sleep, export_workout or journal for an import.';
comment on column ops.slices.path is 'Where in the landing zone the answer lies; null for an import, which keeps no copy of the file.';
comment on column analytics.survey_responses.response_date is 'Date of the cycle that the answer belongs to, by the same rule as the metrics.';
comment on column analytics.survey_responses.question is 'The question of WHOOP''s journal, as the integration''s survey_questions lists it.';
comment on column analytics.survey_responses.answer is 'yes or no.';

create function raw.export_cycle_date(cells jsonb) returns date
language sql stable parallel safe as $$
    -- the rule of transform/dated_cycles.sql on the local times of a row of physiological_cycles.csv
    select (
        case
            when cells ->> 'wake_onset' is null
            or cells ->> 'sleep_onset' is null
            or (
                (cells ->> 'sleep_onset')::timestamp::time >= '12:00'
                and (cells ->> 'sleep_onset')::timestamp::date = (cells ->> 'wake_onset')::timestamp::date
            )
                then (cells ->> 'cycle_start_time')::timestamp + interval '8 hours'
            else (cells ->> 'wake_onset')::timestamp
        end
    )::date
$$;
comment on function raw.export_cycle_date(jsonb) is 'Date that a cycle of an export belongs to.';

create function analytics.define_survey(survey_metric text, question text) returns void
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
comment on function analytics.define_survey(text, text) is 'Defines the metric of a survey question; the pipeline may define no other.';

create function analytics.forget_surveys() returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from analytics.metric_definitions as known
    where known.metric like 'survey.%'
    and not exists (select from analytics.metrics as metrics where metrics.metric = known.metric)
$$;
comment on function analytics.forget_surveys() is 'Forgets the survey questions that nobody''s answer belongs to any more.';

revoke execute on function analytics.define_survey(text, text), analytics.forget_surveys() from public;

grant execute on function analytics.define_survey(text, text), analytics.forget_surveys() to loader;
