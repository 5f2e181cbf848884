-- Delete every trace of the survey questions that the integration file does not list.
-- Parameters: integration; slugs and metrics (of the questions to keep).
-- Inputs: nothing else. Outputs: raw.records, ops.absences, analytics.survey_responses,
-- and analytics.metric_definitions through analytics.forget_surveys().
delete from raw.records
where integration = %(integration)s
and collection = 'journal'
and payload ->> 'slug' <> all(%(slugs)s::text []);

delete from ops.absences
where integration = %(integration)s
and collection = 'journal'
and split_part(record_id, '/', 2) <> all(%(slugs)s::text []);

delete from analytics.survey_responses
where integration = %(integration)s
and metric <> all(%(metrics)s::text []);

select analytics.forget_surveys()
