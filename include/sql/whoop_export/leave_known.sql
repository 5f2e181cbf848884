-- If a newer export was imported before, remove the rows that the warehouse already knows from landed.
-- Grain: one row per collection with the number of rows removed; no row if this is the newest export. If nothing was removed,
-- one row without a collection.
-- Parameters: integration, athlete_id, run_id, window_end (of this export).
-- Reads: ops.slices, raw.records. Writes: landed (deletes).
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

removed as (
    delete from landed
    using newer_import
    where exists (
        select
        from raw.records as known
        where known.integration = %(integration)s
        and known.athlete_id = %(athlete_id)s
        and known.collection = landed.collection
        and known.record_id = landed.record_id
        and known.superseded_at is null
    )
    returning landed.collection
)

select
    removed.collection,
    count(removed.collection) as records
from newer_import
left join removed on newer_import.is_found
group by removed.collection
