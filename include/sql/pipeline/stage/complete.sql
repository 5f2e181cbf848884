-- Mark the slices in whose answer a missing record counts as deleted.
-- Grain: one row of staging per slice.
-- Parameters: athletes and collections (arrays of equal length).
-- Inputs: nothing. Outputs: staging.
update staging
set is_complete = true
from unnest(%(athletes)s::bigint [], %(collections)s::text []) as slice (athlete_id, collection)
where staging.athlete_id = slice.athlete_id
and staging.collection = slice.collection
