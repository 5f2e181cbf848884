-- The slices to stage.
-- Grain: one row per athlete and collection.
-- Parameters: none.
-- Inputs: staging. Outputs: nothing.
select
    athlete_id,
    collection,
    chunk_start,
    chunk_end,
    path,
    records,
    quarantined
from staging
order by athlete_id, collection
