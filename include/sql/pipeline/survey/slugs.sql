-- One row per question of which an answer is kept. Parameters: integration.
select distinct payload ->> 'slug' as slug
from raw.records
where integration = %(integration)s
and collection = 'journal'
