-- Mark the records that WHOOP no longer returns as deleted: those entirely within chunks in which they were missing.
-- An open cycle has no end, so it is never within a chunk.
-- Grain: one row of incoming, with the outcome `deleted`, per record.
-- Parameters: integration, run_id.
-- Inputs: staging, ops.absences, raw.current_records, incoming. Outputs: raw.records (deleted_at), incoming.
with missed as (
    select
        absences.athlete_id,
        absences.collection,
        absences.record_id,
        range_agg(tstzrange(absences.chunk_start, absences.chunk_end)) as missed_in,
        coalesce(
            min(slice.slice_number) filter (where slice.chunk_start = absences.chunk_start), min(slice.slice_number)
        ) as slice_number
    from staging as slice
    inner join ops.absences as absences
        on absences.integration = %(integration)s
        and absences.run_id = %(run_id)s
        and slice.athlete_id = absences.athlete_id
        and slice.collection = absences.collection
    where slice.is_complete
    group by absences.athlete_id, absences.collection, absences.record_id
),

gone as (
    select
        missed.athlete_id,
        missed.collection,
        missed.record_id,
        missed.slice_number
    from missed
    inner join raw.current_records as known
        on known.integration = %(integration)s
        and missed.athlete_id = known.athlete_id
        and missed.collection = known.collection
        and missed.record_id = known.record_id
    where known.deleted_at is null
    and known.ended_at is not null
    and missed.missed_in @> tstzrange(known.started_at, known.ended_at)
    -- WHOOP may file a recovery under another chunk than its sleep
    and not exists (
        select
        from incoming
        where incoming.athlete_id = missed.athlete_id
        and incoming.collection = missed.collection
        and incoming.record_id = missed.record_id
    )
),

marked as (
    update raw.records as known
    set deleted_at = now()
    from gone
    where known.integration = %(integration)s
    and known.athlete_id = gone.athlete_id
    and known.collection = gone.collection
    and known.record_id = gone.record_id
    and known.superseded_at is null
    returning gone.slice_number, known.athlete_id, known.collection, known.record_id
)

insert into incoming (slice_number, athlete_id, collection, record_id, outcome, is_regression)
select
    slice_number,
    athlete_id,
    collection,
    record_id,
    'deleted',
    false
from marked
