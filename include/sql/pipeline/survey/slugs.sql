-- The slugs of the survey questions that have answers in raw.
-- Grain: one row per question.
-- Parameters: integration.
-- Inputs: raw.records. Outputs: nothing.
select distinct payload ->> 'slug' as slug
from raw.records
where integration = %(integration)s
and collection = 'journal'
