-- The slugs of the survey questions that have answers in raw.
-- Grain: one row per question.
-- Parameters: integration.
-- Reads: raw.records. Writes: nothing.
select distinct payload ->> 'slug' as slug
from raw.records
where integration = %(integration)s
and collection = 'journal'
