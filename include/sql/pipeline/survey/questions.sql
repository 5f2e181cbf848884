-- The survey questions to which analytics holds answers.
-- Grain: one row per question.
-- Parameters: integration.
-- Reads: analytics.survey_responses. Writes: nothing.
select distinct question
from analytics.survey_responses
where integration = %(integration)s
