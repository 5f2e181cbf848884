-- Record which known records are missing from WHOOP's answer for a slice, if that answer was complete and not empty.
-- Grain: one row of ops.absences per missing record. Returns one row: whether any is missing in this run so far.
-- Parameters: integration, run_id.
-- Inputs: staging, landed, raw.records. Outputs: ops.absences.

-- `offset 0` makes PostgreSQL probe one index per lateral subquery, even on a table that was never analysed.
-- Records that were staged after WHOOP was asked are left out: they are part of this answer or newer.
-- No record is longer than a month, so records that started earlier are ignored.
with complete_slices as (
    select *
    from staging
    where is_complete
),

records_in_chunk as (
    select
        slice.slice_number,
        known.record_id
    from complete_slices as slice
    cross join lateral (
        select record_id
        from raw.records
        where integration = %(integration)s
        and athlete_id = slice.athlete_id
        and collection = slice.collection
        and started_at < slice.chunk_end
        and started_at > slice.chunk_start - interval '1 month'
        and ended_at > slice.chunk_start
        and pulled_at < slice.started_at
        and superseded_at is null
        and deleted_at is null
        offset 0
    ) as known
),

recoveries_in_chunk as (
    -- a recovery has no time of its own: WHOOP dates it by its sleep, or by its cycle while the sleep is unknown
    select
        slice.slice_number,
        recovery.record_id
    from complete_slices as slice
    cross join lateral (
        select
            collection,
            record_id
        from raw.records
        where integration = %(integration)s
        and athlete_id = slice.athlete_id
        and collection in ('sleep', 'cycle')
        and started_at < slice.chunk_end
        and started_at > slice.chunk_start - interval '1 month'
        and ended_at > slice.chunk_start
        and superseded_at is null
        offset 0
    ) as dated_by
    cross join lateral (
        select
            record_id,
            payload ->> 'sleep_id' as sleep_id
        from raw.records
        where integration = %(integration)s
        and athlete_id = slice.athlete_id
        and collection = 'recovery'
        and payload ->> 'sleep_id' = dated_by.record_id
        and dated_by.collection = 'sleep'
        and pulled_at < slice.started_at
        and superseded_at is null
        and deleted_at is null
        union all
        select
            record_id,
            payload ->> 'sleep_id'
        from raw.records
        where integration = %(integration)s
        and athlete_id = slice.athlete_id
        and collection = 'recovery'
        and record_id = dated_by.record_id
        and dated_by.collection = 'cycle'
        and pulled_at < slice.started_at
        and superseded_at is null
        and deleted_at is null
    ) as recovery
    where slice.collection = 'recovery'
    and (
        dated_by.collection = 'sleep'
        or not exists (
            select
            from raw.records as sleep
            where sleep.integration = %(integration)s
            and sleep.athlete_id = slice.athlete_id
            and sleep.collection = 'sleep'
            and sleep.record_id = recovery.sleep_id
            and sleep.superseded_at is null
            offset 0
        )
    )
),

missing as (
    (
        select
            slice_number,
            record_id
        from records_in_chunk
        union all
        select
            slice_number,
            record_id
        from recoveries_in_chunk
    )
    except
    select
        slice_number,
        record_id
    from landed
),

inserted as (
    insert into ops.absences (integration, run_id, athlete_id, collection, record_id, chunk_start, chunk_end)
    select
        %(integration)s,
        %(run_id)s,
        slice.athlete_id,
        slice.collection,
        missing.record_id,
        slice.chunk_start,
        slice.chunk_end
    from missing
    inner join complete_slices as slice on missing.slice_number = slice.slice_number
    on conflict do nothing
    returning record_id
)

select
    exists (select from inserted)
    or exists (
        select
        from ops.absences
        where integration = %(integration)s and run_id = %(run_id)s
    ) as is_any
