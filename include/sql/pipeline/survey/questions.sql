-- The survey questions that have answers in analytics.
-- Grain: one row per question.
-- Parameters: integration.
-- Inputs: analytics.survey_responses. Outputs: nothing.
select distinct question
from analytics.survey_responses
where integration = %(integration)s
