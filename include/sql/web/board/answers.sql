-- Answers to listed survey questions.
-- Grain: one row per answer of an athlete in a period, newest first.
-- Parameters: integration, athlete_id, first_date, last_date.
-- Inputs: analytics.survey_responses.
-- Outputs: response_date, question, answer.
select
    response_date,
    question,
    answer
from analytics.survey_responses
where integration = %(integration)s
and athlete_id = %(athlete_id)s
and response_date between %(first_date)s and %(last_date)s
order by response_date desc, question
