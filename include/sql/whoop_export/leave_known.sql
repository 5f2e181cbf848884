-- Of an older export than one imported before, only what is new is staged. One row per collection: how many rows of it
-- are known and left as they are. Parameters: integration, athlete_id, run_id, window_end.
with older as (
    select true as is_older
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

left_alone as (
    delete from landed
    using older
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
    left_alone.collection,
    count(left_alone.collection) as records
from older
left join left_alone on older.is_older
group by left_alone.collection
