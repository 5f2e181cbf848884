-- If a newer export has already been imported, delete from landed the rows of records that are stored already.
-- Grain: one row per collection, with the number of deleted rows; one row without a collection if none were deleted;
--   no row if this is the newest export.
-- Parameters: integration, athlete_id, run_id, window_end (of this export).
-- Inputs: ops.slices, raw.records, staging.
-- Outputs: collection, records.
-- Outputs: landed.
with newer_import as (
    select true as is_found
    where exists (
        select
        from ops.slices
        where integration = %(integration)s
        and run_id <> %(run_id)s
        and athlete_id = %(athlete_id)s
        and collection = 'export_cycle'
        and state = 'staged'
        and chunk_end > %(window_end)s
    )
),

deleted as (
    delete from landed
    using newer_import, staging as slice
    where landed.slice_number = slice.slice_number
    and exists (
        select
        from raw.records as stored
        where stored.integration = %(integration)s
        and stored.athlete_id = %(athlete_id)s
        and stored.collection = slice.collection
        and stored.record_id = landed.record_id
        and stored.superseded_at is null
    )
    returning slice.collection
)

select
    deleted.collection,
    count(deleted.collection) as records
from newer_import
left join deleted on newer_import.is_found
group by deleted.collection
