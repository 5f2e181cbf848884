-- The survey questions that have answers in analytics.
-- Grain: one row per question.
-- Parameters: integration.
-- Reads: analytics.survey_responses. Writes: nothing.
select distinct question
from analytics.survey_responses
where integration = %(integration)s
