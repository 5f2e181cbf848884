-- One row per question that has been answered. Parameters: integration.
select distinct question
from analytics.survey_responses
where integration = %(integration)s
