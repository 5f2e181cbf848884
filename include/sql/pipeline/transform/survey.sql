-- Bring journal answers and survey metrics up to date for the athletes whose journal or cycles were imported.
-- raw.records holds only questions that the integration lists. If two cycles of a date answer a question, the later
-- cycle's answer counts.
-- Grain: one row per athlete, date and question. Parameters: integration.
-- Inputs: queued, raw.records. Outputs: analytics.survey_responses, analytics.metric_definitions through
-- analytics.define_survey() and analytics.forget_surveys(); survey_answers (temporary).
create temporary table survey_answers on commit drop as
select distinct on (journal.athlete_id, place.response_date, journal.payload ->> 'slug')
    journal.athlete_id,
    place.response_date,
    'survey.' || (journal.payload ->> 'slug') as metric,
    journal.payload #>> '{row,question_text}' as question,
    journal.payload #> '{row,answered_yes}' = 'true' as is_yes,
    journal.record_id
from (select distinct athlete_id from queued where collection in ('journal', 'export_cycle')) as athlete
inner join raw.records as journal
    on journal.integration = %(integration)s
    and journal.collection = 'journal'
    and athlete.athlete_id = journal.athlete_id
    and journal.superseded_at is null
    and journal.deleted_at is null
left join raw.records as cycle
    on cycle.integration = %(integration)s
    and cycle.collection = 'export_cycle'
    and journal.athlete_id = cycle.athlete_id
    and cycle.record_id = journal.payload ->> 'cycle'
    and cycle.superseded_at is null
    and cycle.deleted_at is null
cross join lateral (
    select
        coalesce(
            raw.export_cycle_date(cycle.payload -> 'row'),
            raw.export_cycle_date(journal.payload -> 'row')
        ) as response_date
) as place
order by
    journal.athlete_id,
    place.response_date,
    journal.payload ->> 'slug',
    journal.started_at desc,
    journal.record_id desc;

select analytics.define_survey(metric, max(question))
from survey_answers
group by metric;

delete from analytics.survey_responses as known
where known.integration = %(integration)s
and known.athlete_id in (select athlete_id from queued where collection in ('journal', 'export_cycle'))
and not exists (
    select
    from survey_answers as answer
    where answer.athlete_id = known.athlete_id
    and answer.response_date = known.response_date
    and answer.metric = known.metric
);

insert into analytics.survey_responses as known (
    integration, athlete_id, response_date, question, answer, metric, source_record_id
)
select
    %(integration)s,
    athlete_id,
    response_date,
    question,
    case when is_yes then 'yes' else 'no' end,
    metric,
    record_id
from survey_answers
on conflict (integration, athlete_id, response_date, metric) do update
set
    question = excluded.question,
    answer = excluded.answer,
    source_record_id = excluded.source_record_id,
    updated_at = case
        when (known.answer, known.source_record_id) is distinct from (excluded.answer, excluded.source_record_id)
            then excluded.updated_at
        else known.updated_at
    end
where (known.question, known.answer, known.source_record_id)
is distinct from (excluded.question, excluded.answer, excluded.source_record_id);

select analytics.forget_surveys()
