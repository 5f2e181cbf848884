-- The slices to stage.
-- Grain: one row per chunk, athlete and collection.
-- Parameters: none.
-- Inputs: staging. Outputs: nothing.
select
    slice_number,
    athlete_id,
    collection,
    chunk_start,
    chunk_end,
    path,
    records,
    quarantined
from staging
order by slice_number
