-- The survey questions of which raw holds answers, by their slugs.
-- Grain: one row per question.
-- Parameters: integration.
-- Reads: raw.records. Writes: nothing.
select distinct payload ->> 'slug' as slug
from raw.records
where integration = %(integration)s
and collection = 'journal'
